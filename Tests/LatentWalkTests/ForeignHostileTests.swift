import Foundation
import LatentWalk
import Media
import TestFolders
import Testing

/// Settings of other programs that are broken, endless or huge, and the PNG files that carry settings.
@Suite struct ForeignHostileTests {
  private func refusal(comfyUI text: String) throws -> String {
    try #require(throws: ForeignSettingsError.self) { try ForeignSettings(comfyUI: text) }.description
  }

  @Test(
    "texts that are no graph are refused in words",
    arguments: [
      "", "{", "[]", "null", "a dog", #"{"3": {"class_type": 5}"#, #"{"1": NaN"#,
    ])
  func noGraph(text: String) throws {
    #expect(
      try refusal(comfyUI: text) == """
        The settings that ComfyUI wrote into the file cannot be read: the text is not a graph in JSON. Give the settings yourself.
        """)
  }

  @Test("graphs without a sampler, with another and with too many are refused by name")
  func noSampler() throws {
    #expect(try refusal(comfyUI: "{}").contains("the graph has no KSampler"))
    #expect(try refusal(comfyUI: #"{"version": 0.4, "nodes": []}"#).contains("the graph has no KSampler"))
    let custom = #"{"7": {"class_type": "SamplerCustomAdvanced", "inputs": {}}}"#
    #expect(try refusal(comfyUI: custom).contains("the node 7 (SamplerCustomAdvanced)"))
    let many = (0..<50_000).map {
      "\"\($0)\": {\"class_type\": \"KSampler\", \"inputs\": {\"latent_image\": [\"\($0 + 1)\", 0]}}"
    }
    #expect(try refusal(comfyUI: "{\(many.joined(separator: ","))}").contains("the graph has 50000 samplers"))
  }

  @Test(
    "a graph whose links lead in a circle is refused, wherever the circle is",
    arguments: [
      ["3": ForeignComfyUITests.sampler(["latent_image": "[\"3\", 0]"])],
      ["4": #"{"class_type": "FreeU", "inputs": {"model": ["11", 0]}}"#],
      ["6": #"{"class_type": "ConditioningConcat", "inputs": {"conditioning_to": ["6", 0]}}"#],
      ["12": #"{"class_type": "CLIPSetLastLayer", "inputs": {"stop_at_clip_layer": -2, "clip": ["12", 0]}}"#],
      ["5": #"{"class_type": "Reroute", "inputs": {"samples": ["5", 0]}}"#],
      [
        "6": #"{"class_type": "CLIPTextEncode", "inputs": {"text": ["60", 0]}}"#,
        "60": #"{"class_type": "A", "inputs": {"text": ["61", 0]}}"#,
        "61": #"{"class_type": "B", "inputs": {"value": ["60", 0]}}"#,
      ],
    ] as [[String: String]])
  func cycles(changes: [String: String]) throws {
    #expect(try refusal(comfyUI: ForeignComfyUITests.graph(changes)).contains("leads back to itself"))
  }

  @Test("a link to a node that is missing, and a link that is missing, are refused with the input's name")
  func missingLinks() throws {
    #expect(
      try refusal(comfyUI: ForeignComfyUITests.graph(["5": ""])).contains(
        "the input latent_image of node 3 (KSampler) leads to the node 5, which is not there"))
    #expect(
      try refusal(comfyUI: ForeignComfyUITests.graph(["3": ForeignComfyUITests.sampler(["model": ""])]))
        .contains(
          "the node 3 (KSampler) has no link at its input model"))
  }

  @Test("numbers that are missing, too large or of another kind are left out with a sentence")
  func numbers() throws {
    for (steps, seed) in [
      ("", ""), ("\"x\"", "-5"), ("1e300", "1e300"), ("true", "1.5"), ("null", "null"), ("0", "[\"99999\"]"),
    ] {
      let sampler = ForeignComfyUITests.sampler([
        "steps": steps, "seed": seed, "cfg": steps, "denoise": "0.5",
      ])
      let settings = try ForeignSettings(comfyUI: ForeignComfyUITests.graph(["3": sampler]))
      #expect(settings.steps == nil && settings.seed == nil)
      #expect(
        settings.unsupported.contains { $0.contains("seed") }
          && settings.unsupported.contains { $0.contains("steps") })
    }
    let line =
      "Steps: 99999999999999999999, CFG scale: inf, Seed: 1e5, Size: 12x, Clip skip: , Denoising strength: 7"
    let settings = try ForeignSettings(automatic1111: line)
    #expect(
      settings.steps == nil && settings.guidance == nil && settings.seed == nil && settings.width == nil)
    #expect(settings.unsupported.count == 6)
    #expect(try ForeignSettings(automatic1111: "Steps: \(Int.max), Denoising strength: 0.5").start != nil)
  }

  @Test("a graph of a hundred thousand brackets is refused instead of overflowing the stack")
  func deepNesting() throws {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(
      try refusal(comfyUI: "{\"1\": {\"class_type\": \"A\", \"inputs\": {\"x\": \(deep)}}}").contains(
        "not a graph"))
  }

  @Test(
    "a text of AUTOMATIC1111 without settings is refused in words",
    arguments: ["", "a dog", "Negative prompt: x", "{\"a\": 1}"])
  func noSettings(text: String) throws {
    let error = try #require(throws: ForeignSettingsError.self) { try ForeignSettings(automatic1111: text) }
    #expect(error.description.contains("no line begins with \"Steps:\""))
  }

  @Test("texts of a megabyte are read in seconds, and ten megabytes are refused", .timeLimit(.minutes(1)))
  func hugeTexts() throws {
    let settings = "\nSteps: 20, Sampler: Euler, "
    for piece in ["<lora:a:1> ", "[a:b:1] (", "[[[[", "<a:", "\\", "\"", "AND ", "embedding:x ", "é"] {
      let prompt = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
      let read = try ForeignSettings(automatic1111: prompt + settings)
      #expect(read.steps == 20)
      #expect(read.unsupported.count <= 100)
    }
    let keys = (0..<300_000).map { "k\($0): 1" }.joined(separator: ", ")
    let read = try ForeignSettings(automatic1111: "a dog" + settings + keys)
    #expect(read.unsupported.count == 1)
    let huge = String(repeating: "a", count: 10_000_000) + settings
    let sentence = "they have 10000028 bytes, and 4194304 are read"
    for read in [
      { _ = try ForeignSettings(automatic1111: huge) }, { _ = try ForeignSettings(comfyUI: huge) },
    ] {
      #expect(try #require(throws: ForeignSettingsError.self) { try read() }.description.contains(sentence))
    }
    #expect(read.unsupported[0].hasSuffix("and 299988 more."))
  }

  @Test("a graph of a megabyte is read in seconds", .timeLimit(.minutes(1)))
  func hugeGraph() throws {
    var chain = ["4": #"{"class_type": "FreeU", "inputs": {"model": ["1000", 0]}}"#]
    for id in 1000..<10_000 {
      chain["\(id)"] =
        "{\"class_type\": \"FreeU\", \"inputs\": {\"b1\": 1.1, \"b2\": 1.2, \"model\": [\"\(id + 1)\", 0]}}"
    }
    chain["10000"] = #"{"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.ckpt"}}"#
    let settings = try ForeignSettings(comfyUI: ForeignComfyUITests.graph(chain))
    #expect(settings.modelName == "a")
    #expect(settings.unsupported.count == 100)
  }

  @Test("a PNG file that carries settings of AUTOMATIC1111 or ComfyUI gives them, and one without gives none")
  func pngFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture.png")
    let picture = Picture(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
    try picture.writePNG(to: path, recipe: "{}")
    #expect(try ForeignSettings(in: foreignTexts(inFile: path)) == nil)

    try write(chunk: "tEXt", Array("parameters\0a dog\nSteps: 20, Sampler: Euler".utf8), into: path)
    #expect(try ForeignSettings(in: foreignTexts(inFile: path))?.prompt == "a dog")
    #expect(try recipeText(inFile: path) == "{}")

    try picture.writePNG(to: path)
    try write(chunk: "tEXt", Array("workflow\0{}".utf8), into: path)
    try write(chunk: "tEXt", Array(("prompt\0" + ForeignComfyUITests.graph()).utf8), into: path)
    #expect(try ForeignSettings(in: foreignTexts(inFile: path))?.program == "ComfyUI")

    try picture.writePNG(to: path)
    try write(chunk: "iTXt", Array("parameters\0\0\0\0\0猫\nSteps: 20, Sampler: Euler".utf8), into: path)
    #expect(try ForeignSettings(in: foreignTexts(inFile: path))?.prompt == "猫")
  }

  @Test(
    "the summary of another program's picture names its files, and what takes the place of what is missing")
  func summary() throws {
    let folder = try TemporaryFolder()
    func summary(_ settings: String) throws -> String {
      let path = folder.file("picture.png")
      try Picture(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]).writePNG(to: path)
      try write(chunk: "tEXt", Array("parameters\0a cat\nSteps: 20, Seed: 1, \(settings)".utf8), into: path)
      return try ResultFile(path: path).summary.map { $0.split(separator: " ").joined(separator: " ") }
        .joined(separator: "\n")
    }
    let named = try summary(
      #"Sampler: Euler, Model hash: 6ce0161689, Model: v1-5, VAE: mse.ckpt, TI hashes: "easy: c74b""#)
    for line in ["Model v1-5 (SHA-256 6ce0161689)", "VAE mse", "Learned word easy, easy"] {
      #expect(named.contains(line), "\(named)")
    }
    #expect(!named.contains("takes its place"))
    let bare = try summary("Sampler: DPM fast, Denoising strength: 0.5")
    for sentence in ["the bundled model tiny takes its place.", "ddim takes its place."] {
      #expect(bare.contains(sentence), "\(bare)")
    }
    #expect(bare.components(separatedBy: "began with").count == 2, "\(bare)")
  }

  /// Puts a chunk behind the header of a PNG file.
  private func write(chunk name: String, _ data: [UInt8], into path: String) throws {
    func bigEndian(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
    let named = Array(name.utf8) + data
    let checksum = ~named.reduce(~UInt32(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    var png = try Data(contentsOf: URL(fileURLWithPath: path))
    png.insert(contentsOf: bigEndian(UInt32(data.count)) + named + bigEndian(checksum), at: 33)
    try png.write(to: URL(fileURLWithPath: path))
  }
}
