import Files
import Foundation
import ModelFiles
import TestFolders
import Testing

/// What the program says about itself, of models and of the machine.
@Suite struct InformationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("'models' lists names and paths, and the places that were searched")
  func models() throws {
    let run = try folder.run("models")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    for name in ["odd", "sd1", "sd2", "two-stages"] {
      #expect(run.output.contains("\(name)\t\(TinyModel.path(name))\n"))
    }
    #expect(run.output.contains("Searched: \(TinyModel.fixtures)"))
  }

  @Test("'models' and 'models show' give the first ten digits of a model's SHA-256, and --model takes them")
  func digests() throws {
    try folder.make("models")
    let path = folder.file("models/sd1.safetensors")
    try SingleFileWriter.wide(TinyModel.fixtures).write(to: path)
    try folder.make("models/tiny")
    try folder.link("models/tiny/tokenizer", to: TinyModel.path("two-stages/tokenizer"))
    let file = try FileDigest(of: path).short
    let environment = ["LATENTWALK_MODELS": "\(TinyModel.fixtures):\(folder.file("models"))"]
    let list = try folder.run("models", environment: environment)
    let lines = list.output.split(separator: "\n")
    let place = try #require(lines.firstIndex { $0.hasPrefix("two-stages\t") })
    let digest = try #require(lines[place + 1].wholeMatch(of: /\s+SHA-256 ([0-9a-f]{10})/)).1
    let single = try #require(lines.firstIndex { $0.hasPrefix("sd1\t\(path)\t") })
    #expect(lines[single + 1] == "  SHA-256 \(file)")
    let shown = [("two-stages", String(digest)), (String(digest.prefix(8)), String(digest)), (path, file)]
    for (model, digits) in shown {
      let show = try folder.run("models", "show", model, environment: environment)
      #expect(show.output.contains("SHA-256             \(digits)\n"), "\(show.output)\(show.errors)")
    }
    for (name, model) in [("name.npy", "two-stages"), ("digits.npy", digest.uppercased())] {
      expectDone(try folder.run("encode", "a dog", "--model", model, "-o", name), name)
    }
    #expect(try folder.bytes("name.npy") == folder.bytes("digits.npy"))
    let image = ["image", "a dog", "--steps", "1", "--seed", "1", "--quiet"]
    for (name, model) in [("name.png", "two-stages"), ("digits.png", String(digest.prefix(8)))] {
      expectDone(try Program(image + ["--model", model, "-o", name], in: folder.path).finished(), name)
    }
    #expect(try folder.bytes("name.png") == folder.bytes("digits.png"))
    for unknown in ["0123abcd", String(digest.prefix(7)), digest + "g"] {
      let run = try folder.run("encode", "a dog", "--model", unknown)
      expectRefusal(run, 1, "There is no model \"\(unknown)\"")
    }
  }

  @Test("'models show' describes a model, by name and by path", arguments: ["sd2", TinyModel.path("sd2")])
  func showModel(model: String) throws {
    let run = try folder.run("models", "show", model)
    #expect(run.exitCode == 0)
    for line in [
      "Picture", "Text embedding      77 x ", "Prediction          v_prediction", "unet ", "vae ", "F",
    ] {
      #expect(run.output.contains(line), "\(run.output)")
    }
  }

  @Test("'doctor' shows the processor, the instruction set, threads, memory, speed and libraries")
  func doctor() throws {
    let run = try folder.run("doctor", "--threads", "2", environment: ["LATENTWALK_ISA": "portable"])
    #expect(run.exitCode == 0)
    for line in [
      "Processor  ", "Instruction set   portable", "Threads           2", "Free memory  ", "GFLOP/s",
      "Normal            70 % or more; if it is less, end other programs", "libpng", "giflib",
      "Library           OpenSSL ", "(libcrypto)", "SHA-256 cache     /", "/latentwalk/digests.json",
    ] {
      #expect(run.output.contains(line), "\(run.output)")
    }
  }

  @Test("'doctor' shows which share of the peak a matrix product and a convolution reach")
  func shares() throws {
    let output = try folder.run("doctor").output
    for line in ["Matrix product    ", "3x3 convolution   "] {
      let rest = try #require(output.components(separatedBy: line).dropFirst().first, "\(output)")
      let share = try #require(rest.split(separator: " ").first.flatMap { Int($0) }, "\(output)")
      #expect(1...1000 ~= share && rest.dropFirst("\(share)".count).hasPrefix(" % of it"), "\(output)")
    }
  }

  @Test("every subcommand's help shows the defaults")
  func help() throws {
    let walk = try folder.run("walk", "--help")
    #expect(walk.exitCode == 0)
    let text = walk.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for words in [
      "(default: 60)", "(default: 10.0)", "(default: 25)", "(default: 7.5)", "(default: 0.002)",
      "(default: tiny)",
      "(default: ddim)",
      "(default: the sampler's own: keras for ddim and pndm, trailing for lcm and tcd, else karras)",
      "(default: pytorch)",
      "(default: the model's size)",
      "(default: drawn, and reported)", "such as circle-42.gif",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    for command in ["interpolate", "circle", "image", "encode", "models", "doctor"] {
      let run = try folder.run(command, "--help")
      #expect(run.exitCode == 0 && run.output.contains("OVERVIEW"))
    }
  }

  @Test("without a subcommand, the help shows a first walk")
  func overview() throws {
    let run = try folder.run()
    #expect(run.exitCode == 0)
    #expect(run.output.contains("latentwalk interpolate \"A photograph of a dog\" \"A photograph of a cat\""))
    for command in ["interpolate", "walk", "circle", "image", "encode", "models", "doctor"] {
      #expect(run.output.contains("  \(command) "))
    }
  }

  @Test("the version is a number")
  func version() throws {
    let run = try folder.run("--version")
    #expect(run.exitCode == 0)
    #expect(run.output.contains(/^\d+\.\d+\.\d+\n$/))
  }

  @Test("shells can complete the command", arguments: ["bash", "zsh", "fish"])
  func completion(shell: String) throws {
    let run = try folder.run("--generate-completion-script", shell)
    #expect(run.exitCode == 0)
    #expect(run.output.contains("frames-directory") && run.output.contains("keras-0.9"))
  }
}
