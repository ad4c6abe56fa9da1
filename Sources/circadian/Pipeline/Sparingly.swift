import Synchronization

/// Passes on the first of many messages, then the tenth, the hundredth: enough to know, too few to mind.
func sparingly(_ note: @escaping @Sendable (String) -> Void) -> @Sendable (String) -> Void {
  let count = Mutex(0)
  return { message in
    let number = count.withLock {
      $0 += 1
      return $0
    }
    var power = 1
    while power < number { power *= 10 }
    guard power == number else { return }
    note(number == 1 ? message : "\(message) (\(number) such messages so far)")
  }
}
