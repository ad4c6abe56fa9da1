import CommandLineInterface

struct FinetuneCommand: Command {
  let name = "finetune"
  let abstract = "Finishes a core on conversations, where only the assistant's words are learned."
  let discussion = """
    Questions, passages and what tools give back are read and not learned; text files that are given are \
    learned at --text-weight. The run is checkpointed \
    every two minutes and goes on when it is started again with the same arguments.
    """
  let examples = ["circadian finetune --model mid --out core books/*.txt"]

  let training = LessonTraining(tokens: 3e6, textShare: 0.1, rate: 0.1)

  var parameters: ParameterList {
    training.files
    training.model
    training.out
    training.tokens
    Section("Training") {
      training.batch
      training.textShare
      training.textWeight
      training.validationShare
      training.rate
      training.precision
      training.exchange
    }
    training.conversationFiles.section
  }

  func run(_ invocation: Invocation) async throws {
    try training.run(name, contextWeight: 0, invocation)
  }
}
