import Foundation
import Testing

@Suite struct ExampleTests {
  @Test("every example in a doc comment, in the README and in the documents compiles")
  func compiles() throws {
    let (comments, documents) = (try Examples.inComments(), try Examples.inDocuments())
    #expect(comments.count > 30 && documents.count > 0, "The examples are found.")
    let modules = [
      "BundledModels", "Checkpoints", "Files", "LatentWalk", "Media", "Sampling", "StableDiffusion",
      "Tensors", "Walks",
    ]
    let functions = (comments + documents).enumerated().map { $1.function($0) }
    let text = (modules.map { "import \($0)" } + functions).joined(separator: "\n")
    let file = NSTemporaryDirectory() + "latentwalk-examples-\(UUID().uuidString).swift"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let errors = try compilerErrors(file)
    #expect(errors == "")
  }

  /// What the compiler says of a file that uses the library as it was built for these tests.
  private func compilerErrors(_ file: String) throws -> String {
    let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let libraries = ["CPNG", "CGIF", "CTurboJPEG", "CWebP", "CCrypto"].map {
      "\(Examples.root)/Sources/\($0)"
    }
    // The C module of Yams lies where the package manager checks it out.
    let yaml = "\(products)/../../checkouts/Yams/Sources/CYaml/include"
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments =
      [
        "swiftc", "-typecheck", "-swift-version", "6", "-package-name", packageName, "-I",
        "\(products)/Modules",
      ]
      + ["-Xcc", "-fmodule-map-file=\(products)/CKernels.build/module.modulemap"]
      + (libraries + [yaml]).flatMap { ["-I", $0] } + [file]
    let pipe = Pipe()
    compiler.standardError = pipe
    try compiler.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    compiler.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
      .components(separatedBy: "\n").filter { $0.contains("error:") && !$0.hasPrefix(" ") }.joined(
        separator: "\n")
  }

  /// As the package manager derives it from the folder.
  private var packageName: String { URL(filePath: Examples.root).lastPathComponent.lowercased() }
}
