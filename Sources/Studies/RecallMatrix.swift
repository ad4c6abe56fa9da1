/// What is recalled of every day after every night, and what follows from it.
public struct RecallMatrix: Sendable, Codable, Equatable {
  /// Row n holds the share of day 1, 2, ... n's facts that is recalled after night n.
  public private(set) var rows: [[Double]] = []

  public init(_ rows: [[Double]] = []) {
    for row in rows { append(row) }
  }

  /// - Precondition: the row has a day more than the one before.
  public mutating func append(_ row: [Double]) {
    precondition(row.count == rows.count + 1, "row \(rows.count + 1) has \(row.count) days")
    rows.append(row)
  }

  /// The mean over all days after the last night (ACC; Lopez-Paz and Ranzato, 1706.08840).
  public var accuracy: Double {
    guard let last = rows.last else { return 0 }
    return last.reduce(0, +) / Double(last.count)
  }

  /// The mean change of earlier days from the morning after their own night to the last (BWT, 1706.08840).
  public var backwardTransfer: Double {
    meanOfEarlierDays { day, last in last - rows[day][day] }
  }

  /// The mean fall of earlier days from their best morning to the last (1801.10112).
  public var forgetting: Double {
    meanOfEarlierDays { day, last in
      let best = rows[day..<rows.count - 1].map { $0[day] }.max() ?? last
      return best - last
    }
  }

  /// The mean of `measure` over all days but the last one; 0 of one day.
  private func meanOfEarlierDays(_ measure: (_ day: Int, _ last: Double) -> Double) -> Double {
    guard rows.count > 1, let last = rows.last else { return 0 }
    var sum = 0.0
    for day in 0..<rows.count - 1 { sum += measure(day, last[day]) }
    return sum / Double(rows.count - 1)
  }
}
