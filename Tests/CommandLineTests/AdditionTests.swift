import Checkpoints
import Files
import Foundation
import LatentWalk
import Media
import TestFolders
import Testing

/// `--lora`, `--textual-inversion`, `--prompt-syntax` and `--clip-skip` in every command that reads prompts.
@Suite struct AdditionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // One layer of each network of `two-stages`, and a word.
    try folder.writeTensors(
      "style:1.safetensors",
      [
        ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [1, 16]),
        ("lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", [16, 1]),
        ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", [1, 16]),
        ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", [64, 1]),
      ])
    try folder.writeTensors("<owl>.safetensors", [("emb_params", [2, 16])])
  }

  private func run(_ command: String, _ arguments: String...) throws -> Program.Run {
    try Program([command] + arguments + ["--model", "two-stages"], in: folder.path).finished()
  }

  private let short = ["--steps", "2", "--seed", "1"]

  @Test("each option changes the picture and stands in its recipe")
  func pictures() throws {
    let variants: [[String]] = [
      [], ["--lora", "style:1.safetensors:0.5"], ["--lora", "style:1.safetensors"],
      ["--lora", "style:1.safetensors", "--lora", "style:1.safetensors:-0.5"],
      ["--textual-inversion", "<owl>.safetensors"], ["--textual-inversion", "<owl>.safetensors:dog"],
      ["--prompt-syntax", "a1111"],
    ]
    var pictures = Set<[UInt8]>()
    for (index, options) in variants.enumerated() {
      let run = try Program(
        ["image", "a (dog:1.5) and an <owl>", "--model", "two-stages", "-o", "\(index).png", "--quiet"]
          + short
          + options, in: folder.path
      ).finished()
      expectDone(run, "\(index).png")
      pictures.insert(try Picture(pngFile: folder.file("\(index).png")).pixels)
    }
    #expect(pictures.count == variants.count - 1, "0.5 and 1 - 0.5 are the same; all others differ.")
    let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file("3.png"))))
    #expect(recipe.model.loras.map(\.weight) == [1, -0.5])
    #expect(recipe.model.loras[0].file.path == "style:1.safetensors")
    #expect(recipe.model.loras[0].file.sha256 == FileDigest(of: try folder.bytes("style:1.safetensors")))
  }

  @Test(
    "walks, circles and interpolations take the options, too", arguments: ["walk", "circle", "interpolate"])
  func animations(command: String) throws {
    let prompts = command == "interpolate" ? ["a dog", "an <owl> BREAK a cat"] : ["an <owl> BREAK a cat"]
    let run = try Program(
      [command] + prompts + ["--model", "two-stages", "--frames", "3", "-o", "x.gif", "--quiet"] + short + [
        "--lora", "style:1.safetensors:0.8", "--textual-inversion", "<owl>.safetensors", "--prompt-syntax",
        "a1111",
        "--clip-skip", "1",
      ], in: folder.path
    ).finished()
    expectDone(run, "x.gif")
    #expect(run.errors.isEmpty)
  }

  @Test("a weight stands behind the last colon, if a number does")
  func weights() throws {
    try folder.make("dir:1")
    var (arguments, expected) = ([String](), [(path: String, weight: Double)]())
    for (argument, path, weight) in [
      ("a.safetensors", "a.safetensors", 1.0), ("a.safetensors:0.8", "a.safetensors", 0.8), ("a:-1", "a", -1),
      ("dir:1/a:b.safetensors", "dir:1/a:b.safetensors", 1), ("dir:1/a:b:2.5", "dir:1/a:b", 2.5),
      ("a:", "a:", 1), (":0.5", ":0.5", 1), ("1:2:3", "1:2", 3), ("a:1e-1", "a", 0.1),
    ] {
      try folder.write(path, folder.bytes("style:1.safetensors"))
      arguments += ["--lora", argument]
      expected.append((path, weight))
    }
    let run = try Program(
      ["image", "a dog", "--model", "two-stages", "-o", "x.png", "--quiet"] + short + arguments,
      in: folder.path
    ).finished()
    expectDone(run, "x.png")
    let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file("x.png"))))
    #expect(recipe.model.loras.map(\.file.path) == expected.map(\.path))
    #expect(recipe.model.loras.map(\.weight) == expected.map(\.weight))
    for weight in ["nan", "inf", "-infinity"] {
      let refused = try self.run("image", "a dog", "--lora", "a:\(weight)")
      expectRefusal(refused, 64, "--lora a: the weight is", "a finite number")
    }
  }

  @Test("a word stands behind the last colon, unless a file has that name")
  func words() throws {
    for name in ["a:b", "a"] { try folder.writeTensors(name, [("emb_params", [1, 16])]) }
    for (argument, path, token) in [
      ("a", "a", nil), ("a:b", "a:b", nil), ("a:<c>", "a", "<c>"), ("a:b:c", "a:b", "c"),
    ] as [(String, String, String?)] {
      let run = try Program(
        [
          "image", "a dog", "--model", "two-stages", "-o", "x.png", "--force", "--textual-inversion",
          argument,
        ]
          + short, in: folder.path
      ).finished()
      expectDone(run, "x.png")
      let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file("x.png"))))
      #expect(recipe.model.textualInversions.map(\.file.path) == [path], "\(argument)")
      #expect(recipe.model.textualInversions.map(\.token) == [token], "\(argument)")
    }
    expectRefusal(
      try run("image", "a dog", "--textual-inversion", "x:y"), 1, "x:y", "no such file")
  }

  @Test("an embedding that was encoded with the options gives their picture")
  func encode() throws {
    let options = ["--lora", "style:1.safetensors", "--prompt-syntax", "a1111"]
    expectDone(
      try Program(
        ["encode", "a dog BREAK a cat", "-o", "e.npy", "--model", "two-stages"] + options, in: folder.path
      ).finished(), "e.npy")
    #expect(try NumpyArray(npyFile: folder.file("e.npy")).shape == [154, 16])
    for (name, source) in [("a.png", ["--embedding", "e.npy"]), ("b.png", ["a dog BREAK a cat"])] {
      expectDone(
        try Program(
          ["image", "-o", name, "--model", "two-stages", "--quiet"] + source + options + short,
          in: folder.path
        ).finished(), name)
    }
    #expect(
      try Picture(pngFile: folder.file("a.png")).pixels == Picture(pngFile: folder.file("b.png")).pixels)
  }

  @Test("a learned word that stands in no prompt is reported")
  func unusedWord() throws {
    let run = try run("encode", "a dog", "--textual-inversion", "<owl>.safetensors", "-o", "e.npy")
    #expect(run.exitCode == 0)
    #expect(run.errors.contains("Warning: The learned word <owl> of <owl>.safetensors is in no prompt."))
  }

  @Test("frames of another LoRA weight are not continued")
  func otherWeight() throws {
    let common =
      ["walk", "a dog", "--model", "two-stages", "--frames", "2", "--quiet"] + short + [
        "--frames-directory", "frames", "--lora",
      ]
    expectDone(
      try Program(common + ["style:1.safetensors:0.5", "-o", "x.gif"], in: folder.path).finished(), "x.gif")
    expectDone(
      try Program(common + ["style:1.safetensors:0.5", "-o", "x.gif"], in: folder.path).finished(), "x.gif")
    let other = try Program(common + ["style:1.safetensors:0.6", "-o", "y.gif"], in: folder.path).finished()
    expectRefusal(other, 1, "frames", "another recipe")
  }

  @Test("what does not fit is refused with one sentence")
  func refusals() throws {
    try folder.writeTensors("xl.safetensors", [("lora_te2_text_model.lora_down.weight", [1, 8])])
    try folder.writeTensors("wide.safetensors", [("emb_params", [1, 768])])
    try folder.write("text.safetensors", "no tensors".utf8)
    let prompt = ["image", "a dog", "--model", "two-stages"] + short
    for (options, code, words) in [
      (["--lora", "nowhere:0.5"], 1, ["nowhere: there is no such file"]),
      (["--lora", "text.safetensors"], 1, ["text.safetensors"]),
      (["--lora", "xl.safetensors"], 1, ["xl.safetensors is a LoRA for Stable Diffusion XL"]),
      (["--lora", "<owl>.safetensors"], 1, ["is no LoRA: it is a textual inversion"]),
      (["--lora", "style:1.safetensors:inf"], 64, ["--lora style:1.safetensors: the weight is inf", "0.8"]),
      (["--textual-inversion", "nowhere"], 1, ["nowhere: there is no such file"]),
      (["--textual-inversion", "wide.safetensors"], 1, ["768 wide", "16 wide"]),
      (["--clip-skip", "2"], 1, ["has 1 layer; choose 1."]),
      (["--clip-skip", "0"], 64, ["--clip-skip", "1 for the last"]),
      (["--prompt-syntax", "comfy"], 64, ["--prompt-syntax", "a1111"]),
    ] as [([String], Int32, [String])] {
      let run = try Program(prompt + options, in: folder.path).finished()
      for word in words { expectRefusal(run, code, word) }
    }
    expectRefusal(try run("encode", "a dog", "--clip-skip", "2"), 1, "has 1 layer; choose 1.")
  }
}

extension TemporaryFolder {
  /// Writes a safetensors file of float32 tensors; their numbers differ.
  func writeTensors(_ name: String, _ tensors: [(name: String, shape: [Int])]) throws {
    var (header, values) = ([String: Any](), [Float]())
    for tensor in tensors {
      let count = tensor.shape.reduce(1, *)
      header[tensor.name] = [
        "dtype": "F32", "shape": tensor.shape,
        "data_offsets": [4 * values.count, 4 * (values.count + count)],
      ]
      values += (0..<count).map { sin(Float(values.count + $0)) }
    }
    let table = try JSONSerialization.data(withJSONObject: header)
    let size = withUnsafeBytes(of: UInt64(table.count).littleEndian) { Data($0) }
    try write(name, size + table + values.withUnsafeBytes { Data($0) })
  }
}
