// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "LatentWalk",
  products: [
    .library(name: "LatentWalk", targets: ["LatentWalk"]),
    .library(name: "StableDiffusion", targets: ["StableDiffusion"]),
    .executable(name: "latentwalk", targets: ["latentwalk"]),
    .library(name: "CKernels", targets: ["CKernels"]),  // for Benchmarks
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The arithmetic, in C: the only place with SIMD instructions.
    .target(name: "CKernels", exclude: ["reference"]),
    // The kernels' formulas in plain C, which the tests compare them with.
    .target(name: "CKernelsReference", dependencies: ["CKernels"], path: "Sources/CKernels/reference"),
    .target(name: "Tensors", dependencies: ["CKernels"]),

    // Files: read without surprises, written whole, known by their SHA-256; and the tensors in them.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "Files", dependencies: ["CCrypto"]),
    .target(name: "Checkpoints", dependencies: ["Files", "Tensors"]),

    // The model, how it is sampled, where the walk leads, and the pictures.
    .target(name: "Sampling", dependencies: ["Tensors"]),
    .target(name: "StableDiffusion", dependencies: ["Checkpoints", "Files", "Sampling", "Tensors"]),
    .target(name: "Walks"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CGIF", providers: [.apt(["libgif-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .target(name: "Media", dependencies: ["CPNG", "CGIF", "CTurboJPEG", "CWebP", "Files"]),

    // The model that comes with the package: SwiftPM copies it beside every executable.
    .target(name: "BundledModels", path: "Models", resources: [.copy("tiny")]),

    // A recipe in, frames out; and the command around it.
    .target(
      name: "LatentWalk",
      dependencies: [
        "BundledModels", "StableDiffusion", "Sampling", "Walks", "Media", "Checkpoints", "Tensors", "Files",
        .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "latentwalk",
      dependencies: [
        "LatentWalk", "CCrypto", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/latentwalk-cli"),

    .testTarget(name: "FilesTests", dependencies: ["Files"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels", "CKernelsReference"]),
    // A folder for a test's files, and the tiny models of the tests.
    .target(name: "TestFolders", path: "Tests/TestFolders"),
    // Model files as other programs write them, for the tests.
    .target(name: "ModelFiles", path: "Tests/ModelFiles"),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Tensors", "ModelFiles"], exclude: ["Fixtures"]),
    .testTarget(
      name: "StableDiffusionTests", dependencies: ["StableDiffusion", "ModelFiles"], exclude: ["Fixtures"]),
    .testTarget(name: "SamplingTests", dependencies: ["Sampling"], exclude: ["Fixtures"]),
    .testTarget(name: "WalksTests", dependencies: ["Walks"]),
    .testTarget(name: "MediaTests", dependencies: ["Media", "TestFolders"], exclude: ["Fixtures"]),
    .testTarget(name: "LatentWalkTests", dependencies: ["LatentWalk", "TestFolders"]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["LatentWalk", "latentwalk", "ModelFiles", "TestFolders"]),
    // Compiles the examples in comments and documents against the library.
    .testTarget(name: "DocumentationTests", dependencies: ["LatentWalk"]),
    .testTarget(
      name: "InstallTests", dependencies: ["BundledModels", "LatentWalk", "latentwalk", "TestFolders"]),
  ],
  swiftLanguageModes: [.v6]
)
