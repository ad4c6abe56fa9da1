import CommandLineInterface

struct MidtrainCommand: Command {
  let name = "midtrain"
  let abstract =
    "Teaches a pretrained core to look things up, to reason in steps, and to know its limits."
  let discussion = """
    Lessons are made up by seed, every one about a world of its own, so that nothing can be learned by \
    heart and everything must be found in the context. Text files that are given are read between the \
    lessons, so that the core keeps its language. The run is checkpointed every two minutes and goes on \
    when it is started again with the same arguments.
    """
  let examples = ["circadian midtrain --model base --out mid --tokens 20e6 books/*.txt"]

  let contextWeight = Option(
    "context-weight", default: 0.1, must: .be(in: 0...1),
    help: "How much the words of others count; the assistant's count 1.")
  let growth = Option(
    "growth", default: 0.25, must: .be(in: 0...1),
    help: "The share of the run over which lessons grow from a few words to their whole breadth.")
  let training = LessonTraining(tokens: 20e6, textShare: 0.2, rate: 0.25)

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
      contextWeight
      growth
      training.rate
      training.precision
      training.exchange
    }
    training.conversationFiles.section
  }

  func run(_ invocation: Invocation) async throws {
    try training.run(
      name, contextWeight: invocation[contextWeight], growth: invocation[growth],
      invocation)
  }
}
