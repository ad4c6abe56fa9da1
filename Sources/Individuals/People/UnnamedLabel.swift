/// Labels that say what somebody is in an episode, and not who.
enum UnnamedLabel {
  /// Whether a label's folded words are roles, numbers and letters only: `speaker`, `01`.
  static func isUnnamed(_ words: [String]) -> Bool {
    words.allSatisfy { word in
      let bare = word.trimmingSuffix { $0.isNumber }
      return bare.count <= 1 || roles.contains(String(bare))
    }
  }

  /// Whether it names several at once, whose words cannot be told apart: `Adam and Jerod`.
  static func joinsSeveral(_ label: String) -> Bool {
    label.contains { "&+/;".contains($0) }
      || label.split(whereSeparator: \.isWhitespace).contains {
        ["and", "und"].contains($0.lowercased())
      }
  }

  private static let roles: Set<String> = [
    // Places in a conversation.
    "speaker", "spk", "speakers", "host", "hosts", "cohost", "guest", "guests", "interviewer",
    "interviewee", "moderator", "narrator", "announcer", "presenter", "panelist", "panellist",
    "participant", "participants", "attendee", "audience", "member", "crowd", "questioner",
    "question", "answer", "caller", "listener", "student", "teacher", "witness", "chair",
    "chairman", "chairwoman", "chairperson", "senator", "judge", "user", "assistant", "person",
    "man", "woman", "male", "female", "boy", "girl", "voice", "voiceover", "operator", "producer",
    "everyone", "everybody", "all", "both", "several", "other", "others", "multiple", "someone",
    "somebody", "unknown", "unidentified", "anonymous", "unnamed", "the",
    // What nobody says.
    "break", "ad", "advertisement", "sponsor", "jingle", "music", "intro", "outro", "clip", "video",
    "recording", "laughter", "applause",
    // The same in Spanish, Portuguese, German and French.
    "hablante", "orador", "presentador", "entrevistador", "moderador", "publico", "audiencia",
    "participante", "locutor", "sprecher", "sprecherin", "publikum", "zuschauer", "moderatorin",
    "interviewerin", "unbekannt", "intervenant", "animateur", "inconnu",
  ]
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let last = rest.last, predicate(last) { rest.removeLast() }
    return rest
  }
}
