import Checkpoints
import CommandLineInterface
import Corpora
import Files
import Individuals
import LanguageModels
import Layers
import Lens
import Optimizers
import Sleep
import Templates
import Tokenizers
import Training

// What the rooms throw, as the exit codes that a caller sees.

extension IndividualError: ExitCodeProviding {
  public var exitCode: ExitCode {
    switch category {
    case .usage: .usage
    case .data: .badData
    case .io: .inputOutput
    case .busy: .inUse
    }
  }
}

extension DocumentError: ExitCodeProviding {
  public var exitCode: ExitCode {
    isInputOutput ? .inputOutput : .badData
  }
}

extension LanguageModelError: ExitCodeProviding {
  public var exitCode: ExitCode {
    switch self {
    case .missing: .inputOutput
    case .noTokenizer: .usage
    default: .badData
    }
  }
}

extension TemplateError: ExitCodeProviding {
  public var exitCode: ExitCode { .badData }
}

extension SleepError: ExitCodeProviding {
  public var exitCode: ExitCode {
    switch self {
    case .noPlaceForSlots, .nothingToSleepOn, .noNights, .everythingSuppressed: .usage
    case .missingNeutralText: .inputOutput
    case .tooShort, .tooLittleNeutralText, .damagedStudySheet: .badData
    case .destructive, .taughtNothing, .answersNothing, .forgets, .losesText, .cannotRead, .boasts:
      .failure
    }
  }
}

extension LensError: ExitCodeProviding {
  public var exitCode: ExitCode {
    switch self {
    case .missing: .inputOutput
    case .noSuchFeature, .otherCore: .usage
    case .damaged, .tooShort: .badData
    }
  }
}

extension TrainingError: ExitCodeProviding {
  public var exitCode: ExitCode {
    switch self {
    case .otherRun, .noSolution, .tooLong, .noRows, .sharesTooLarge, .tooFewRows: .usage
    case .noCheckpoint, .tooShort, .nothingLearned, .badCursor: .badData
    case .diverged: .failure
    }
  }
}

extension FileSystemError: ExitCodeProviding {
  public var exitCode: ExitCode { .inputOutput }
}

extension PackingError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }
extension CheckpointError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }
extension ParameterError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }
extension OptimizerError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }

extension TokenizerError: ExitCodeProviding {
  public var exitCode: ExitCode {
    if case .inaccessible = self { .inputOutput } else { .badData }
  }
}

extension ChatTemplateError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }
extension ExportError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }
