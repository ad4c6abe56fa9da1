import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Tensors

struct ExportCommand: Command {
  let name = "export"
  let abstract = "Writes what an individual learned in a form that other programs load."
  let discussion = """
    The individual's core must be a published model (see 'circadian model show'), and its nights must be of a kind that others \
    know: 'circadian sleep NAME --memory lora' changes weights, '--memory slots' trains keys and values.

      peft          a folder for Hugging Face's peft: LoRA, or prefix tuning for slots; both, each in a folder of its own
      gguf          a LoRA for llama.cpp
      llama-state   slots as a saved sequence of llama.cpp (llama_state_seq_load_file, the server's slots), to which a context
                    with flash attention goes on; --type is that of its keys and values, f16 or f32
      folder        the whole model with what was learned merged into its weights
      model         the same as a GGUF file
    """
  let examples = [
    "circadian export ada ./ada-adapter", "circadian export ada ada.gguf --form gguf",
    "circadian export ada ada-q8.gguf --form model --type q8_0",
    "circadian export ada ada.state --form llama-state",
  ]

  enum Form: String, CaseIterable, CommandLineValue {
    case peft, gguf
    case llamaState = "llama-state"
    case folder, model
  }

  let individual = Argument<String>("name", help: "Whose memory.")
  let out = Argument<URL>("out", completion: .files, help: "The file or folder to write.")
  let form = CommandLineInterface.Option("form", default: Form.peft, help: "What is written.")
  let type = CommandLineInterface.Option(
    "type", default: ModelConvertCommand.ElementType.f16,
    help: "How a whole model as a GGUF file stores matrices, a saved sequence keys and values.")

  var parameters: ParameterList {
    individual
    out
    form
    type
  }

  private struct Report: Encodable { var written: [String] }

  func run(_ invocation: Invocation) async throws {
    let person = try Individual.open(
      name: invocation[individual], in: Home(root: invocation.home), access: .reading)
    try person.core.verify()
    let published = try PublishedModel(person.core.url)
    let mind = try Mind.wake(person)
    let adapter = try Adapter(attachedTo: mind.model)
    guard !adapter.changes.isEmpty || !adapter.slots.isEmpty else {
      throw CommandError(
        "\(person.name) has learned nothing yet: there is no night to take elsewhere",
        exitCode: .badData)
    }
    let written = try write(adapter, of: published, mind.model, invocation)
    try invocation.report(Report(written: written.map(\.path))) {
      written.map(\.path).joined(separator: "\n")
    }
  }

  private func write(
    _ adapter: Adapter, of published: PublishedModel, _ model: Transformer,
    _ invocation: Invocation
  ) throws -> [URL] {
    let out = invocation[out]
    switch invocation[form] {
    case .peft:
      let isBoth = !adapter.changes.isEmpty && !adapter.slots.isEmpty
      var written: [URL] = []
      if !adapter.changes.isEmpty {
        written.append(isBoth ? out.appendingPathComponent("lora") : out)
        try PEFTAdapter.writeLoRA(adapter, of: published, to: written[0])
      }
      if !adapter.slots.isEmpty {
        written.append(isBoth ? out.appendingPathComponent("prefix") : out)
        try PEFTAdapter.writePrefix(adapter, of: published, model, to: written.last ?? out)
      }
      return written
    case .gguf:
      try warnOfSlots(adapter, invocation)
      try GGUFAdapter.writeLoRA(adapter, of: published, to: out)
    case .llamaState:
      try warnOfChanges(adapter, invocation)
      try LlamaState.write(
        adapter, of: published, model, as: invocation[type].scalarType, to: out)
    case .folder:
      try warnOfSlots(adapter, invocation)
      try ModelExport(published, merging: Adapter(changes: adapter.changes)).writeFolder(out)
    case .model:
      try warnOfSlots(adapter, invocation)
      try ModelExport(published, merging: Adapter(changes: adapter.changes))
        .writeGGUF(out, as: invocation[type].scalarType)
    }
    return [out]
  }

  /// Keys and values are no weights: alone they cannot be written so, beside a LoRA they are left out.
  private func warnOfSlots(_ adapter: Adapter, _ invocation: Invocation) throws {
    guard !adapter.slots.isEmpty else { return }
    guard !adapter.changes.isEmpty else {
      throw CommandError(
        "\(invocation[individual])'s nights are trained keys and values, which this form cannot hold; "
          + "'--form peft' and '--form llama-state' can", exitCode: .badData)
    }
    invocation.warn("trained keys and values are left out: this form holds changes of weights only")
  }

  /// The other way round: changes of weights have no place among keys and values.
  private func warnOfChanges(_ adapter: Adapter, _ invocation: Invocation) throws {
    guard !adapter.changes.isEmpty else { return }
    guard !adapter.slots.isEmpty else {
      throw CommandError(
        "\(invocation[individual])'s nights are changes of weights, which this form cannot hold; "
          + "'--form gguf' can", exitCode: .badData)
    }
    invocation.warn("changes of weights are left out; load them beside it ('--form gguf')")
  }
}
