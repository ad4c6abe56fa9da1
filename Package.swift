// swift-tools-version: 6.2

import PackageDescription

/// Rooms in the order of the data's journey; each imports only rooms named before it.
let package = Package(
  name: "Circadian",
  products: [
    .executable(name: "circadian", targets: ["circadian"]),
    .library(
      name: "CircadianEngine",
      targets: [
        "Tensors", "OperationCatalog", "Layers", "Optimizers", "Tokenizers", "Checkpoints",
        "Tools", "LanguageModels", "Corpora", "Curriculum", "Training", "Individuals", "Sleep",
        "Studies",
      ]),
  ],
  targets: [
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CKernels"),
    .target(name: "Tensors", dependencies: ["COneDNN", "CKernels"]),
    .target(name: "OperationCatalog", dependencies: ["Tensors"]),
    .target(name: "Layers", dependencies: ["Tensors"]),
    .target(name: "Optimizers", dependencies: ["Layers", "CKernels"]),
    .target(name: "Files"),
    .target(name: "Tokenizers", dependencies: ["CPCRE2", "Files"]),
    .target(name: "Checkpoints", dependencies: ["Layers", "Tokenizers", "Files"]),
    .target(name: "Tools"),
    .target(name: "LanguageModels", dependencies: ["Layers", "Checkpoints", "Tools"]),
    .target(name: "Corpora", dependencies: ["Tokenizers", "Tools", "CZlib", "CZstd"]),
    .target(name: "Curriculum", dependencies: ["Tensors", "Tokenizers", "Tools"]),
    .target(
      name: "Training", dependencies: ["LanguageModels", "Optimizers", "Corpora", "Curriculum"]),
    .target(
      name: "Individuals", dependencies: ["CSQLite", "LanguageModels", "Corpora"],
      resources: [.copy("Resources/DefaultCore")]),
    .target(name: "Sleep", dependencies: ["Individuals", "Training"]),
    .target(name: "Studies", dependencies: ["Sleep"]),
    .target(name: "CommandLineInterface"),
    .executableTarget(
      name: "circadian", dependencies: ["Studies", "CommandLineInterface"],
      resources: [.copy("Resources/sample-transcript.md")]),
    .target(
      name: "TestSupport", dependencies: ["Training"], path: "Tests/TestSupport"),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "OperationCatalogTests", dependencies: ["OperationCatalog"]),
    .testTarget(name: "LayersTests", dependencies: ["Layers"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(name: "TokenizersTests", dependencies: ["Tokenizers", "Files", "TestSupport"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "TestSupport"]),
    .testTarget(name: "ToolsTests", dependencies: ["Tools"]),
    .testTarget(name: "CurriculumTests", dependencies: ["Curriculum", "TestSupport"]),
    .testTarget(
      name: "CorporaTests",
      dependencies: ["Corpora", "Tokenizers", "CZlib", "CZstd", "TestSupport"]),
    .testTarget(name: "IndividualsTests", dependencies: ["Individuals", "TestSupport"]),
    .testTarget(name: "OptimizersTests", dependencies: ["Optimizers", "TestSupport"]),
    .testTarget(name: "LanguageModelsTests", dependencies: ["LanguageModels", "TestSupport"]),
    .testTarget(name: "TrainingTests", dependencies: ["Training", "TestSupport"]),
    .testTarget(name: "SleepTests", dependencies: ["Sleep", "TestSupport"]),
    .testTarget(name: "StudiesTests", dependencies: ["Studies", "TestSupport"]),
    .testTarget(name: "CommandLineInterfaceTests", dependencies: ["CommandLineInterface"]),
    .testTarget(name: "CommandTests", dependencies: ["circadian", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
