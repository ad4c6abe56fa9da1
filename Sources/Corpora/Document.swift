import Foundation

/// One text a person gave to be read: its origin, who speaks in it, and what is said.
public struct Document: Codable, Hashable, Sendable {
  /// How the file was written.
  public enum Format: String, Codable, Hashable, Sendable {
    case subRip = "srt"
    case webVTT = "webvtt"
    /// Lines that begin with `[hh:mm:ss]`, `[mm:ss]` or `hh:mm:ss`.
    case timestamped
    /// Turns under header lines such as `Name: 00:01:02`.
    case speakerHeaders = "speaker-headers"
    /// Turns that begin with `**Name:**` or `Name:`.
    case speakerLabels = "speaker-labels"
    case markdown
    case plainText = "plain-text"
    /// A transcript of Podcasting 2.0, Whisper, WhisperX or whisper.cpp.
    case json
    /// A page, with speakers and times where it has them.
    case html
    case pdf
  }

  /// A stretch of text by one speaker: a cue, a timestamped line or a paragraph.
  public struct Segment: Codable, Hashable, Sendable {
    public var speaker: String?
    /// Seconds from the beginning of the recording.
    public var start: TimeInterval?
    /// Seconds from the beginning of the recording, where the file gives an end.
    public var end: TimeInterval?
    /// What is said, without markup, with single spaces.
    public var text: String
    /// Where the text begins in the file, counted from 1.
    public var line: Int

    public init(
      speaker: String? = nil, start: TimeInterval? = nil, end: TimeInterval? = nil, text: String,
      line: Int
    ) {
      self.speaker = speaker
      self.start = start
      self.end = end
      self.text = text
      self.line = line
    }
  }

  /// Something in the file that was passed over.
  public struct Warning: Codable, Hashable, Sendable, CustomStringConvertible {
    public var line: Int
    public var message: String

    public init(line: Int, message: String) {
      self.line = line
      self.message = message
    }

    public var description: String { "line \(line): \(message)" }
  }

  /// From the feed, the front matter or the page's head, else the first heading, else the file name.
  public var title: String
  /// The series that the document belongs to, where its feed, front matter or page names one.
  public var show: String?
  /// From the feed, the front matter or the page's head, else the file name.
  public var date: CalendarDate?
  /// In the order in which they first speak, then those that only the feed or the front matter names.
  public var speakers: [String]
  /// The file's name without its folder.
  public var sourceName: String
  public var format: Format
  /// A language code where the file gives one; otherwise unknown.
  public var language: String?
  public var segments: [Segment]
  /// At most 100, in the order of their lines.
  public var warnings: [Warning]

  public init(
    title: String, show: String? = nil, date: CalendarDate? = nil, speakers: [String] = [],
    sourceName: String, format: Format, language: String? = nil, segments: [Segment],
    warnings: [Warning] = []
  ) {
    self.title = title
    self.show = show
    self.date = date
    self.speakers = speakers
    self.sourceName = sourceName
    self.format = format
    self.language = language
    self.segments = segments
    self.warnings = warnings
  }
}
