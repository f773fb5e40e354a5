// swift-tools-version: 6.2
import PackageDescription

// Times the kernels: swift run -c release --package-path Benchmarks kernels
let package = Package(
  name: "LatentWalkBenchmarks",
  dependencies: [.package(name: "LatentWalk", path: "..")],
  targets: [
    .executableTarget(
      name: "kernels", dependencies: [.product(name: "CKernels", package: "LatentWalk")],
      path: "Sources/kernels")
  ],
  swiftLanguageModes: [.v6]
)
