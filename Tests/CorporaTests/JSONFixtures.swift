extension Fixtures {
  /// Podcasting 2.0, a few words a segment, the time of one as a text.
  static let podcastJSON = """
    {
      "version": "1.0.0",
      "segments": [
        {"speaker": "Mara", "startTime": 1, "endTime": 2.25, "body": "The ferry leaves"},
        {"speaker": "Mara", "startTime": 2.25, "endTime": 6.25, "body": "at nine, if the fog lifts."},
        {
          "speaker": "Teo",
          "startTime": "00:00:07.000",
          "endTime": 9,
          "body": "And if it does not?"
        },
        {"speaker": "Mara", "startTime": 9.25, "endTime": 12, "body": "Then we walk & take the bridge."}
      ]
    }
    """

  static let whisperJSON = #"""
    {"text": " The ferry leaves at nine, if the fog lifts. And if it does not?",
     "segments": [
      {"id": 0, "seek": 0, "start": 1.0, "end": 6.25, "tokens": [50364, 440],
       "text": " The ferry leaves at nine, if the fog lifts.", "temperature": 0.0},
      {"id": 1, "seek": 0, "start": 7.0, "end": 9.0, "tokens": [50365],
       "text": " And if it does not? \u00c0 demain.", "temperature": 0.0}],
     "language": "en"}
    """#

  /// The second segment holds a word by another speaker; words lack times or speakers here and there.
  static let whisperXJSON = """
    {"segments": [
      {"start": 1.0, "end": 6.25, "text": " The ferry leaves at nine, if the fog lifts.",
       "speaker": "SPEAKER_00", "words": [
        {"word": "The", "start": 1.0, "end": 1.2, "score": 0.9, "speaker": "SPEAKER_00"},
        {"word": "ferry"}]},
      {"start": 7.0, "end": 12.0, "text": " And if it does not? Then we walk, over 12 stones.",
       "speaker": "SPEAKER_00", "words": [
        {"word": "And", "start": 7.0, "end": 7.2, "speaker": "SPEAKER_01"},
        {"word": "if", "start": 7.2, "end": 7.3, "speaker": "SPEAKER_01"},
        {"word": "it"}, {"word": "does", "start": 7.6, "end": 7.9},
        {"word": "not?", "start": 8.0, "end": 8.5, "speaker": "SPEAKER_01"},
        {"word": "Then", "start": 9.25, "end": 9.5, "speaker": "SPEAKER_00"},
        {"word": "we", "start": 9.5, "end": 9.6, "speaker": "SPEAKER_00"},
        {"word": "walk,"}, {"word": "over"}, {"word": "12"}, {"word": "stones."}]}],
     "word_segments": [{"word": "The", "start": 1.0}]}
    """

  static let whisperCppJSON = """
    {
      "systeminfo": "AVX = 1", "model": {"type": "base"}, "params": {"language": "en"},
      "result": {"language": "de"},
      "transcription": [
        {"timestamps": {"from": "00:00:01,000", "to": "00:00:06,250"},
         "offsets": {"from": 1000, "to": 6250},
         "text": " The ferry leaves at nine, if the fog lifts.", "speaker": "0"},
        {"timestamps": {"from": "00:00:07,000", "to": "00:00:09,000"},
         "text": " And if it does not?", "speaker": "1"},
        {"offsets": {"from": 9250, "to": 12000}, "text": " Then we walk.", "speaker": "?"}
      ]
    }
    """
}
