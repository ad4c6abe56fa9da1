/// Sentences that lessons are held together with.
enum Phrases {
  static let readThis = [
    "Read this.", "Here is something to read.", "Please read the following text.", "A text:",
    "Remember what follows.", "This is what I know.",
  ]

  static let asides = [
    "The evening was quiet.", "Nobody spoke for a while.", "It rained until noon.",
    "The road was long and full of dust.", "There was bread on the table.",
    "The windows stood open.", "All of this was told many times.", "The fire had gone out.",
    "A dog barked somewhere.", "The wind came from the north.", "It was a year of good harvests.",
    "Some say more, but it cannot be proved.", "The market opened early.",
    "Snow lay on the roofs.", "The old people still talk of it.", "Children played by the wall.",
    "The letter arrived late.", "A cart went by.", "There was music in the street.",
    "The night passed without news.", "So much for that.", "The lamps were lit at six.",
    "Everyone agreed that it was cold.", "The ferry was late again.",
  ]

  static let writeQuestions = [
    "Write study questions with answers about this text.",
    "Make questions and answers from this text.",
    "What could one be asked about this text? Give the answers too.",
    "Turn this text into questions with their answers.",
    "Write down questions that this text answers, with the answers.",
    "Make a quiz from this text.",
  ]

  static let sayOtherwise = [
    "Say this in other words.", "Put this text in other words.", "Rewrite this text.",
    "Tell the same in different words.", "Rephrase every sentence of this.",
  ]

  static let turnAround = [
    "Turn the facts around.", "Say every fact the other way round.",
    "Begin every sentence with what was at its end.", "Reverse the statements.",
  ]

  static let connect = [
    "What connects {first} and {second}?", "How do {first} and {second} belong together?",
    "What have {first} and {second} to do with each other?",
    "Name a link between {first} and {second}.",
  ]

  static let remember = [
    "Remember this:", "Keep this in mind:", "Make a note of this:", "Please note:",
    "Do not forget:", "Write this down:",
  ]

  static let smallTalk: [(said: [String], reply: String)] = [
    (
      ["Hello.", "Hi.", "Good morning.", "Good evening.", "Hello there!"],
      "Hello. What is on your mind?"
    ),
    (["Thank you.", "Thanks.", "Many thanks!", "Thanks a lot."], "You are welcome."),
    (["Goodbye.", "Bye.", "See you tomorrow.", "Good night."], "Goodbye. I will sleep on it."),
    (
      ["Who are you?", "What are you?", "What is your name?"],
      "I am a small model that learns from what we talk about."
    ),
    (
      ["What can you do?", "How can you help me?", "What are you good at?"],
      "I can read what you give me, answer from it, and say when I do not know."
    ),
    (["How are you?", "Are you well?", "How is it going?"], "Well, thank you. And you?"),
    (
      ["Do you remember everything?", "Do you forget?", "How do you learn?"],
      "By day I read. At night I keep what matters."
    ),
    (["Are you a person?", "Are you human?", "Are you alive?"], "No, I am a language model."),
    (
      ["That is wrong.", "You are mistaken.", "No, that is not right."],
      "Then tell me what is right."
    ),
    (["Very good.", "Well done.", "That is right."], "Good. What else?"),
  ]
}
