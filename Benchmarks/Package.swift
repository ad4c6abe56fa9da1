// swift-tools-version: 6.2

import PackageDescription

/// Comparisons with what a user would pick instead; a package of its own, so that the engine has no part in it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Circadian", path: "..")],
  targets: [
    .executableTarget(
      name: "compare", dependencies: [.product(name: "CircadianEngine", package: "Circadian")])
  ],
  swiftLanguageModes: [.v6]
)
