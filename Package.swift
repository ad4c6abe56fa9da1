// swift-tools-version: 6.2

import PackageDescription

/// Rooms in the order of the data's journey; each imports only rooms named before it, and names all that it imports: a
/// room that is only reached through another would not be built anew when what it stands on changes.
let package = Package(
  name: "Circadian",
  products: [
    .executable(name: "circadian", targets: ["circadian"]),
    .library(
      name: "CircadianEngine",
      targets: [
        "Ranks", "Tensors", "OperationCatalog", "Layers", "Optimizers", "Templates", "Tokenizers",
        "Checkpoints", "Tools", "LanguageModels", "Corpora", "Curriculum", "Training", "Lens",
        "Individuals",
        "Briefs", "Sleep", "Studies", "HTTP", "Service",
      ]),
  ],
  traits: [
    .trait(
      name: "MPI",
      description: "Training and nights over several processes, on one machine or many.")
  ],
  targets: [
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev", "pkg-config"])]),
    .systemLibrary(name: "CMicroHTTPD", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(
      name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev", "openmpi-bin"])]),
    .target(name: "CKernels"),
    .target(name: "Tensors", dependencies: ["COneDNN", "CKernels"]),
    .target(name: "OperationCatalog", dependencies: ["Tensors"]),
    .target(name: "Layers", dependencies: ["Tensors"]),
    .target(
      name: "Ranks",
      dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))]),
    .target(name: "Optimizers", dependencies: ["CKernels", "Ranks", "Tensors", "Layers"]),
    .target(name: "Files"),
    .target(name: "HTTP", dependencies: ["CMicroHTTPD"]),
    .target(name: "Templates"),
    .target(name: "Tokenizers", dependencies: ["CPCRE2", "Files", "Templates"]),
    .target(name: "Checkpoints", dependencies: ["Tensors", "Layers", "Files", "Tokenizers"]),
    .target(name: "Tools"),
    .target(
      name: "LanguageModels",
      dependencies: [
        "Tensors", "Layers", "Files", "Templates", "Tokenizers", "Checkpoints", "Tools",
      ]),
    .target(name: "Corpora", dependencies: ["CXML2", "CZlib", "CZstd", "Tokenizers", "Tools"]),
    .target(name: "Curriculum", dependencies: ["Tensors", "Tokenizers", "Tools"]),
    .target(
      name: "Training",
      dependencies: [
        "Ranks", "Tensors", "Layers", "Optimizers", "Files", "Tokenizers", "Checkpoints", "Tools",
        "LanguageModels", "Corpora", "Curriculum",
      ]),
    .target(
      name: "Lens",
      dependencies: [
        "Tensors", "Layers", "Optimizers", "Files", "Tokenizers", "Checkpoints", "LanguageModels",
        "Training",
      ]),
    .target(
      name: "Individuals",
      dependencies: [
        "CSQLite", "Tensors", "Layers", "Files", "Tokenizers", "Checkpoints", "Tools",
        "LanguageModels", "Corpora",
      ],
      resources: [.copy("Resources/DefaultCore")]),
    .target(
      name: "Briefs",
      dependencies: [
        "Tensors", "Files", "Tokenizers", "LanguageModels", "Corpora", "Training", "Individuals",
      ]),
    .target(
      name: "Sleep",
      dependencies: [
        "Tensors", "Layers", "Optimizers", "Files", "Tokenizers", "LanguageModels", "Corpora",
        "Curriculum", "Training", "Lens", "Individuals", "Briefs",
      ]),
    .target(
      name: "Studies",
      dependencies: [
        "Tensors", "Layers", "Optimizers", "Tokenizers", "LanguageModels", "Corpora", "Curriculum",
        "Training", "Lens", "Individuals", "Briefs", "Sleep",
      ]),
    .target(
      name: "Service",
      dependencies: [
        "HTTP", "Tensors", "Files", "Templates", "Tokenizers", "Tools", "LanguageModels", "Corpora",
        "Training", "Lens", "Individuals", "Briefs", "Sleep",
      ],
      resources: [.copy("Resources/page")]),
    .target(name: "CommandLineInterface"),
    .executableTarget(
      name: "circadian",
      dependencies: [
        "Ranks", "Tensors", "Layers", "Optimizers", "Files", "Templates", "Tokenizers",
        "Checkpoints",
        "Tools", "LanguageModels", "Corpora", "Curriculum", "Training", "Lens", "Individuals",
        "Briefs", "Sleep", "Studies", "HTTP", "Service", "CommandLineInterface",
      ],
      resources: [.copy("Resources/sample-transcript.md")]),
    .target(
      name: "TestSupport",
      dependencies: ["Ranks", "Tensors", "Tokenizers", "LanguageModels", "Training"],
      path: "Tests/TestSupport"),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"]),
    .testTarget(name: "RanksTests", dependencies: ["Ranks", "TestSupport"]),
    .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Tensors"]),
    .testTarget(name: "OperationCatalogTests", dependencies: ["Tensors", "OperationCatalog"]),
    .testTarget(name: "LayersTests", dependencies: ["Tensors", "Layers"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(
      name: "TemplatesTests", dependencies: ["Templates"], resources: [.copy("Resources")]),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Files", "Templates", "Tokenizers", "TestSupport"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: ["Tensors", "Layers", "Files", "Tokenizers", "Checkpoints", "TestSupport"]),
    .testTarget(name: "ToolsTests", dependencies: ["Tools"]),
    .testTarget(
      name: "CurriculumTests",
      dependencies: ["Tensors", "Tokenizers", "Tools", "Curriculum", "TestSupport"]),
    .testTarget(
      name: "CorporaTests",
      dependencies: ["CZlib", "CZstd", "Tokenizers", "Corpora", "TestSupport"]),
    .testTarget(
      name: "IndividualsTests",
      dependencies: ["Files", "Tokenizers", "Tools", "Corpora", "Individuals", "TestSupport"]),
    .testTarget(
      name: "OptimizersTests",
      dependencies: ["Ranks", "Tensors", "Layers", "Optimizers", "TestSupport"]),
    .testTarget(
      name: "LanguageModelsTests",
      dependencies: [
        "Tensors", "Layers", "Files", "Templates", "Tokenizers", "Checkpoints", "Tools",
        "LanguageModels",
        "TestSupport",
      ]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Ranks", "Tensors", "Layers", "Optimizers", "Files", "Tokenizers", "Checkpoints",
        "LanguageModels",
        "Corpora", "Curriculum", "Training", "TestSupport",
      ]),
    .testTarget(
      name: "LensTests",
      dependencies: ["Tensors", "Layers", "LanguageModels", "Lens", "TestSupport"]),
    .testTarget(
      name: "BriefsTests",
      dependencies: [
        "Tensors", "Tokenizers", "LanguageModels", "Corpora", "Individuals", "Briefs",
        "TestSupport",
      ]),
    .testTarget(
      name: "SleepTests",
      dependencies: [
        "Tensors", "Tokenizers", "LanguageModels", "Curriculum", "Lens", "Individuals", "Briefs",
        "Sleep", "TestSupport",
      ]),
    .testTarget(name: "HTTPTests", dependencies: ["HTTP"]),
    .testTarget(
      name: "ServiceTests",
      dependencies: ["HTTP", "Tokenizers", "Individuals", "Sleep", "Service", "TestSupport"]),
    .testTarget(
      name: "StudiesTests",
      dependencies: [
        "Tensors", "Curriculum", "Corpora", "Individuals", "Briefs", "Sleep", "Studies",
        "TestSupport",
      ]),
    .testTarget(name: "CommandLineInterfaceTests", dependencies: ["CommandLineInterface"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Tensors", "Layers", "Tokenizers", "LanguageModels", "circadian", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
