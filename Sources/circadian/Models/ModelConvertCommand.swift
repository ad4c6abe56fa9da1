import CommandLineInterface
import Foundation
import LanguageModels
import Tensors

struct ModelConvertCommand: Command {
  let name = "convert"
  let abstract =
    "Writes a published model in another form, with an adapter merged into it where one is given."
  let discussion = """
    'folder' keeps the form and the types of the model's own folder; 'gguf' is one file for llama.cpp and what stands on it, with \
    matrices in the type that --type names.
    """
  let examples = [
    "circadian model convert ./model model.gguf --type q8_0",
    "circadian model convert ./model ./merged --form folder --adapter ./lora",
  ]

  enum Form: String, CaseIterable, CommandLineValue {
    case gguf, folder
  }

  enum ElementType: String, CaseIterable, CommandLineValue {
    case f32, f16, bf16
    case int8Blocks = "q8_0"
    case int4Blocks = "q4_0"

    var scalarType: ScalarType {
      switch self {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      case .int8Blocks: .int8Blocks
      case .int4Blocks: .int4Blocks
      }
    }
  }

  let model = Argument<URL>("model", completion: .files, help: "A model's folder.")
  let out = Argument<URL>("out", completion: .files, help: "The file or folder to write.")
  let form = CommandLineInterface.Option("form", default: Form.gguf, help: "What is written.")
  let type = CommandLineInterface.Option(
    "type", default: ElementType.f16, help: "How a GGUF file stores matrices.")
  let adapter = AdapterOption.option

  var parameters: ParameterList {
    model
    out
    form
    type
    adapter
  }

  private struct Report: Encodable { var out: String }

  func run(_ invocation: Invocation) async throws {
    let published = try PublishedModel(invocation[model])
    let merged = try AdapterOption.read(invocation, for: invocation[model]) ?? Adapter()
    let export = try ModelExport(published, merging: merged)
    switch invocation[form] {
    case .gguf: try export.writeGGUF(invocation[out], as: invocation[type].scalarType)
    case .folder: try export.writeFolder(invocation[out])
    }
    try invocation.report(Report(out: invocation[out].path)) { invocation[out].path }
  }
}

/// The option that names an adapter in the form of `peft`.
enum AdapterOption {
  static let option = CommandLineInterface.Option<URL?>(
    "adapter", completion: .files, help: "A PEFT adapter's folder: LoRA or prefix tuning.")

  static func read(_ invocation: Invocation, for model: URL) throws -> Adapter? {
    try invocation[option].map {
      try PEFTAdapter.read($0, for: PublishedModel(model), LanguageModel.open(model).model)
    }
  }
}
