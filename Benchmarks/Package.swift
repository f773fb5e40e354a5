// swift-tools-version: 6.2
import PackageDescription

// Times the kernels and the networks, see README.md: swift run -c release --package-path Benchmarks kernels
let package = Package(
  name: "LatentWalkBenchmarks",
  dependencies: [
    .package(name: "LatentWalk", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    // Medians and the file of results, for both programs.
    .target(name: "Measuring"),
    .executableTarget(
      name: "kernels",
      dependencies: ["Measuring", .product(name: "CKernels", package: "LatentWalk")]),
    .executableTarget(
      name: "networks",
      dependencies: [
        "Measuring", .product(name: "LatentWalk", package: "LatentWalk"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // How even walks are, with each method of making them.
    .executableTarget(
      name: "walks",
      dependencies: [
        "Measuring", .product(name: "LatentWalk", package: "LatentWalk"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
