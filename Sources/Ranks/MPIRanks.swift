#if MPI
  import CMPI

  /// The processes that `mpirun` started.
  public struct MPIRanks: RankGroup {
    public let rank, count: Int

    /// Joins the others; called once in a process.
    public init() {
      var (rank, count): (Int32, Int32) = (0, 1)
      guard circadian_mpi_start(&rank, &count) else {
        fatalError("MPI could not be started, or lets only one thread use it")
      }
      (self.rank, self.count) = (Int(rank), Int(count))
    }

    /// Leaves the group, when all have come so far.
    public func stop() { circadian_mpi_stop() }

    /// Ends all ranks: one of them cannot go on, and the others would wait for it.
    public func abort(_ code: Int32) { circadian_mpi_abort(code) }

    public func exchange(
      _ parts: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
      into received: UnsafeMutableRawBufferPointer
    ) {
      let sent = counts.map(Int32.init)
      let own = [Int32](repeating: sent[rank], count: count)
      check(
        circadian_mpi_exchange(
          parts.baseAddress, sent, Self.places(sent), received.baseAddress, own, Self.places(own),
          Int32(wordWidth)))
    }

    public func gather(
      _ own: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
      into received: UnsafeMutableRawBufferPointer
    ) {
      let counts = counts.map(Int32.init)
      check(
        circadian_mpi_gather(
          own.baseAddress, counts[rank], received.baseAddress, counts, Self.places(counts),
          Int32(wordWidth)))
    }

    public func tell(_ number: Int) { check(circadian_mpi_tell(Int32(number))) }

    public func heard() -> [Int] {
      var numbers: [Int] = []
      while case let number = circadian_mpi_heard(), number >= 0 { numbers.append(Int(number)) }
      return numbers
    }

    private static func places(_ counts: [Int32]) -> [Int32] {
      counts.dropLast().reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    /// MPI ends the job by itself when something fails, unless it was told otherwise.
    private func check(_ succeeded: Bool) {
      guard succeeded else { return circadian_mpi_abort(1) }
    }
  }
#endif
