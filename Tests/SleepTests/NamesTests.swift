import Sleep
import Testing

@Suite struct NamesTests {
  @Test(arguments: [
    ("Where does Mara Velis live?", "Every evening Mara Velis goes home.", ["Mara Velis"]),
    ("What is Tubul's trade?", "By trade Tubul is a smith.", ["Tubul"]),
    ("Where is the Kolbe bell kept?", "They keep the Kolbe bell in Ostrel.", ["the Kolbe bell"]),
    ("Under the dust, what is it?", "Under its dust it is oak.", []),
    ("In which town?", "In Ostrel.", []),
    ("Is Mara at home?", "At home sits Mara.", ["Mara"]),
    ("Where does Mara live?", "Nobody is named.", []),
  ])
  func namesStandInQuestionAndPassage(_ question: String, _ passage: String, _ names: [String]) {
    #expect(Names.inQuestion(question, saidIn: passage) == names)
  }

  @Test func strangersKeepTheShapeOfAName() {
    #expect(
      Names.stranger(like: "the Kolbe bell", between: "Mara", and: "Tubul") == "the Mabul bell")
    #expect(
      Names.stranger(like: "Zokol Rede", between: "the Kolbe bell", and: "Mara") == "Kolra Rede")
  }

  @Test(arguments: [
    ("Where does Mara Velt live?", false), ("Is Mara Velt's home in Orsk?", false),
    ("Mara Velt lives where?", false), ("Where is the home?", false),
    ("Where does Mara Velten live?", true), ("Is Marat Velt at home?", true),
    ("Who lives in Orskin?", true),
  ])
  func namesThatAreNotThereAreForeign(_ question: String, _ isForeign: Bool) {
    #expect(Names.areForeign(inQuestion: question, to: "Mara Velt lives in Orsk.") == isForeign)
  }
}
