/// What can be wrong with a run, a saved one or one that is to begin.
public enum TrainingError: Error, CustomStringConvertible {
  case noCheckpoint(file: String)
  case otherRun(file: String, expected: String, found: String)
  case diverged(step: Int)
  case nothingLearned(step: Int)
  case badCursor(String)
  case noSolution(task: String)
  case tooLong(task: String, tokens: Int, context: Int)
  /// A source whose share of a step's rows is none.
  case noRows(share: Double, batch: Int)
  /// Sources beside the first whose shares leave nothing for it.
  case sharesTooLarge(Double)
  case tooShort(file: String, tokens: Int, needed: Int)
  case tooFewRows(batch: Int, ranks: Int)

  public var description: String {
    switch self {
    case .noCheckpoint(let file):
      "\(file): not a training checkpoint (no sound 'step' and 'fingerprint' in its metadata)"
    case .otherRun(let file, let expected, let found):
      "\(file): belongs to another run.\n  this run: \(expected)\n  that run: \(found)\n"
        + "Give another output folder, or delete that file to start afresh."
    case .diverged(let step):
      "the loss is not a number at step \(step); nothing of that step was saved. Lower the rate."
    case .nothingLearned(let step):
      "no token of step \(step) is to be learned: longer rows are needed, or other data"
    case .noSolution(let task): "\(task): there are no worked solutions to imitate"
    case .tooLong(let task, let tokens, let context):
      "\(task): a worked solution takes \(tokens) tokens, the context holds \(context)"
    case .noRows(let share, let batch):
      "a share of \(share) of \(batch) rows is none; expected a larger share, or more rows in a step"
    case .sharesTooLarge(let sum):
      "the shares of text and conversations add up to \(sum); expected less than 1, which leaves lessons"
    case .badCursor(let cursor):
      "the checkpoint says that the data go on at '\(cursor)', which is no place in them"
    case .tooShort(let file, let tokens, let needed):
      "\(file): \(tokens) tokens are too few to train on; at least \(needed) are needed"
    case .tooFewRows(let batch, let ranks):
      "a batch of \(batch) leaves some of \(ranks) processes without a row; expected --batch \(ranks) or more"
    }
  }
}
