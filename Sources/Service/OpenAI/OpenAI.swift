import Briefs
import Foundation
import HTTP
import Individuals
import LanguageModels
import Tensors
import Tokenizers

/// The endpoints that OpenAI's clients know.
extension Service {
  func openAI(_ request: Request, _ segments: [String]) throws -> Response {
    func requirePost() throws {
      guard request.method == "POST" else { throw ServiceError.method(request, allowed: "POST") }
    }
    switch segments {
    case ["models"]:
      guard request.method == "GET" else { throw ServiceError.method(request, allowed: "GET") }
      return .json(
        ModelList(data: try household.names.map(ModelList.Model.init)), inSnakeCase: true)
    case _ where segments.count == 2 && segments[0] == "models":
      guard request.method == "GET" else { throw ServiceError.method(request, allowed: "GET") }
      return .json(ModelList.Model(try household.resident(segments[1]).name), inSnakeCase: true)
    case ["chat", "completions"]:
      try requirePost()
      return try ChatCompletions(self, request).response()
    case ["completions"]:
      try requirePost()
      return try Completions(self, request).response()
    case ["embeddings"]:
      try requirePost()
      return try embeddings(ServiceJSON.decode(EmbeddingRequest.self, from: request))
    default: throw ServiceError.notFound(request)
    }
  }

  /// Where texts lie in the core's embedding; see `CoreEmbedding`.
  private func embeddings(_ request: EmbeddingRequest) throws -> Response {
    let mind = try household.resident(request.model).awake()
    let texts: [String]
    switch request.input {
    case .texts(let given): texts = given
    case .tokens(let lists):
      let size = Int32(mind.tokenizer.vocabularySize)
      guard lists.joined().allSatisfy({ (0..<size).contains($0) }) else {
        throw ServiceError(
          400, "a token is out of range: expected 0 to \(size - 1)", parameter: "input")
      }
      texts = lists.map { mind.tokenizer.decode($0) }
    }
    guard (1...2048).contains(texts.count), texts.allSatisfy({ !$0.isEmpty }) else {
      throw ServiceError(
        400, "'input' is out of range: expected 1 to 2048 texts, none empty", parameter: "input")
    }
    let isBase64 = request.encodingFormat == "base64"
    // Each for itself: what several have in common is part of what each one says.
    let embedding = CoreEmbedding(mind.model, mind.tokenizer)
    let vectors = texts.map { embedding.vector($0) }
    let tokens = texts.reduce(0) { $0 + mind.tokenizer.encode($1).count }
    return .json(
      EmbeddingList(
        data: vectors.enumerated().map { .init(index: $0, vector: $1, isBase64: isBase64) },
        model: request.model, usage: Usage(prompt: tokens)), inSnakeCase: true)
  }
}

private struct ModelList: Encodable {
  struct Model: Encodable {
    var id: String
    var object = "model"
    var created = 0
    var ownedBy = "circadian"
    init(_ id: String) { self.id = id }
  }
  var object = "list"
  var data: [Model]
}

private struct EmbeddingList: Encodable {
  struct Item: Encodable {
    var index: Int
    var vector: [Float]
    var isBase64: Bool

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode("embedding", forKey: .object)
      try container.encode(index, forKey: .index)
      if isBase64 {
        // Little-endian float32, as OpenAI's client unpacks it.
        let data = vector.reduce(into: Data()) { data, value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        try container.encode(data.base64EncodedString(), forKey: .embedding)
      } else {
        try container.encode(vector, forKey: .embedding)
      }
    }
    private enum CodingKeys: String, CodingKey { case object, index, embedding }
  }
  var object = "list"
  var data: [Item]
  var model: String
  var usage: Usage
}
