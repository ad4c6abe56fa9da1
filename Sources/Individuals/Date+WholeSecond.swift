import Foundation

extension Date {
  /// The date as the files keep it, so that what is returned equals what is read back.
  var wholeSecond: Date {
    Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down))
  }
}
