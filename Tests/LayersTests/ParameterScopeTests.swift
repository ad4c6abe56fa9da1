import Layers
import Tensors
import Testing

/// Two levels of parameters, as a layer inside a block would ask for them.
private struct Model {
  let up, down, norm: Parameter

  init(in scope: ParameterScope) throws {
    let mlp = scope / "layers" / 0 / "mlp"
    up = try (mlp / "up").parameter("weight", [6, 4], .normal(deviation: 0.5))
    down = try (mlp / "down").parameter("weight", [4, 6], .uniform(bound: 0.5))
    norm = try scope.parameter("norm", [4], .constant(1))
  }
}

private let paths = ["layers.0.mlp.up.weight", "layers.0.mlp.down.weight", "norm"]

@Suite struct ParameterScopeTests {
  private func source(without missing: String? = nil) throws -> TensorDictionary {
    let scope = ParameterScope(seed: 1)
    _ = try Model(in: scope)
    let kept = scope.store.parameters.filter { $0.path != missing }
    return TensorDictionary(sourceName: "a.file", kept.map { ($0.path, $0.value.detached()) })
  }

  @Test func pathsAreTheKeysOfInitialisingAndOfLoading() throws {
    let initialized = ParameterScope(seed: 1)
    _ = try Model(in: initialized)
    #expect(initialized.store.parameters.map(\.path) == paths)

    let loaded = ParameterScope(loadingFrom: try source())
    _ = try Model(in: loaded)
    try loaded.finish()
    #expect(loaded.store.parameters.map(\.path) == paths)
    for path in paths {
      let (one, other) = (initialized.store[path], loaded.store[path])
      #expect(one?.value.values == other?.value.values)
    }
    #expect(loaded.store.count == 6 * 4 * 2 + 4)
  }

  @Test func drawsDependOnSeedAndPathAlone() throws {
    let whole = try Model(in: ParameterScope(seed: 1))
    let alone = try (ParameterScope(seed: 1) / "layers" / 0 / "mlp" / "down")
      .parameter("weight", [4, 6], .uniform(bound: 0.5))
    #expect(whole.down.value.values == alone.value.values)
    let otherSeed = try Model(in: ParameterScope(seed: 2))
    #expect(whole.down.value.values != otherSeed.down.value.values)
    #expect(whole.norm.value.values == [1, 1, 1, 1])
    #expect(whole.down.value.values.allSatisfy { abs($0) <= 0.5 })
  }

  @Test func aMissingTensorIsNamed() throws {
    let scope = ParameterScope(loadingFrom: try source(without: "norm"))
    let error = #expect(throws: ParameterError.missing(path: "norm", source: "a.file")) {
      try Model(in: scope)
    }
    #expect("\(try #require(error))".contains("'norm'"))
  }

  @Test func aWrongShapeIsNamed() throws {
    var source = try source()
    source[paths[1]] = .zeros([6, 4])
    let error = #expect(
      throws: ParameterError.wrongShape(
        path: paths[1], expected: [4, 6], found: [6, 4], source: "a.file")
    ) {
      try Model(in: ParameterScope(loadingFrom: source))
    }
    let message = "\(try #require(error))"
    for part in ["a.file", paths[1], "[6, 4]", "[4, 6]"] { #expect(message.contains(part)) }
  }

  @Test func anUnusedTensorIsNamed() throws {
    var source = try source()
    source["extra.bias"] = .zeros([1])
    let scope = ParameterScope(loadingFrom: source)
    _ = try Model(in: scope)
    let error = #expect(
      throws: ParameterError.unused(paths: ["extra.bias"], source: "a.file")
    ) {
      try scope.finish()
    }
    #expect("\(try #require(error))".contains("extra.bias"))
  }

  /// A source that calls its tensors otherwise, as published files do.
  private struct Renaming: TensorSource {
    let source: TensorDictionary
    var sourceName: String { source.sourceName }
    var tensorNames: [String] { source.tensorNames }
    func tensor(named path: String) -> Tensor? { source.tensor(named: ownName(of: path)) }
    func ownName(of path: String) -> String { "model." + path }
  }

  @Test func tensorsAreReportedUnderTheSourcesNames() throws {
    let source = TensorDictionary(
      sourceName: "b.file", try source().tensorNames.map { ("model." + $0, .zeros([1])) })
    let scope = ParameterScope(loadingFrom: Renaming(source: source))
    #expect(
      throws: ParameterError.wrongShape(
        path: "model." + paths[0], expected: [6, 4], found: [1], source: "b.file")
    ) {
      try Model(in: scope)
    }
  }

  @Test func updatingALoadedParameterLeavesTheSourceAlone() throws {
    let source = try source()
    let (first, second) = (
      try Model(in: ParameterScope(loadingFrom: source)),
      try Model(in: ParameterScope(loadingFrom: source))
    )
    first.norm.value.update { $0[0] = 9 }
    #expect(second.norm.value.values == [1, 1, 1, 1])
    #expect(source["norm"]?.values == [1, 1, 1, 1])
  }
}

@Suite struct TensorDictionaryTests {
  @Test func namesKeepTheOrderOfInsertion() throws {
    var tensors = TensorDictionary([("b", .zeros([1])), ("a", .zeros([2]))])
    tensors["c"] = .zeros([3])
    tensors["b"] = .zeros([4])
    #expect(tensors.tensorNames == ["b", "a", "c"])
    #expect(tensors.tensor(named: "b")?.shape == [4])
    tensors["a"] = nil
    tensors["absent"] = nil
    #expect(tensors.tensorNames == ["b", "c"])
    #expect(tensors.tensor(named: "a") == nil)
  }
}
