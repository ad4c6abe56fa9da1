import Individuals
import Sleep

/// A way to make one memory of many nights.
public enum SeasonRung: String, Sendable, Codable, CaseIterable {
  case gated16 = "gated-16"
  case gated32 = "gated-32"
  case gated64 = "gated-64"
  case gated128 = "gated-128"
  case fresh64 = "gated-64-fresh"
  case untrained64 = "gated-64-untrained"
  case oneWording = "gated-64-one-wording"
  case lora16 = "lora-16"
  case lora64 = "lora-64"
  case lora64OneWording = "lora-64-one-wording"
  case slots256 = "slots-256"

  public var title: String {
    switch self {
    case .gated16: "gated, rank 16, from the nights' strongest keys"
    case .gated32: "gated, rank 32, from the nights' strongest keys"
    case .gated64: "gated, rank 64, from the nights' strongest keys"
    case .gated128: "gated, rank 128, from the nights' strongest keys"
    case .fresh64: "gated, rank 64, from nothing"
    case .untrained64: "gated, rank 64, the nights' strongest keys as they are"
    case .oneWording: "gated, rank 64, from nothing, one wording of every question"
    case .lora16: "LoRA, rank 16"
    case .lora64: "LoRA, rank 64"
    case .lora64OneWording: "LoRA, rank 64, one wording of every question"
    case .slots256: "slots, 256 a layer"
    }
  }

  /// The settings for a season of this rung, others as given.
  func settings(_ given: NightSettings) -> NightSettings {
    var settings = given
    func set(_ memory: MemoryKind, _ rank: Int, beginsWithNights: Bool = false) {
      settings.season.memory = memory
      settings.season.rank = rank
      settings.season.beginsWithNights = beginsWithNights
    }
    func askInOneWording() {
      settings.season.mostWordings = 1
      // As often as a thing is asked for in many.
      settings.season.questionPasses = settings.season.answerVisits
    }
    switch self {
    case .gated16: set(.gated, 16, beginsWithNights: true)
    case .gated32: set(.gated, 32, beginsWithNights: true)
    case .gated64: set(.gated, 64, beginsWithNights: true)
    case .gated128: set(.gated, 128, beginsWithNights: true)
    case .fresh64: set(.gated, 64)
    case .untrained64:
      set(.gated, 64, beginsWithNights: true)
      (settings.season.passes, settings.season.questionPasses) = (0, 0.001)
      settings.adapterRate = 0
    case .oneWording:
      set(.gated, 64)
      askInOneWording()
    case .lora16: set(.lora, 16)
    case .lora64: set(.lora, 64)
    case .lora64OneWording:
      set(.lora, 64)
      askInOneWording()
    case .slots256: set(.slots, 0)
    }
    return settings
  }
}
