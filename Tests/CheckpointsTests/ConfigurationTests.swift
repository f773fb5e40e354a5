import Checkpoints
import Testing

@Suite struct ConfigurationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(_ text: String) throws -> Configuration {
    try Configuration(path: folder.write("unet/config.json", text))
  }

  @Test("fields are read by name and kind")
  func reads() throws {
    let configuration = try configuration(
      """
      {"_class_name": "UNet2DConditionModel", "heads": 8, "widths": [320, 640], "epsilon": 1e-05, "scale": 1, "act_fn": "silu",
       "linear": true, "blocks": ["A", "B"], "nothing": null}
      """)
    #expect(try configuration.integer("heads") == 8)
    #expect(try configuration.integers("widths") == [320, 640])
    #expect(try configuration.number("epsilon") == 1e-5)
    #expect(try configuration.number("scale") == 1)
    #expect(try configuration.text("act_fn") == "silu")
    #expect(try configuration.flag("linear"))
    #expect(try configuration.texts("blocks") == ["A", "B"])
    #expect(try configuration.integerOrIntegers("heads", count: 3) == [8, 8, 8])
    #expect(try configuration.integerOrIntegers("widths", count: 2) == [320, 640])
    #expect(configuration.contains("heads") && !configuration.contains("nothing"))
    #expect(configuration.isNull("nothing") && configuration.isNull("absent"))
  }

  @Test("an absent or null field takes the default, and is an error without one")
  func defaults() throws {
    let configuration = try configuration(#"{"nothing": null}"#)
    #expect(try configuration.integer("nothing", default: 4) == 4)
    #expect(try configuration.integerOrIntegers("absent", count: 2, default: 5) == [5, 5])
    #expect(
      sentence { try configuration.text("absent") }
        == "\(configuration.path): absent is missing. Fetch the file again, or add the field.")
    #expect(sentence { try configuration.integer("nothing") }.contains("nothing is missing"))
  }

  @Test("a value of the wrong kind is named with what would be accepted")
  func wrongKind() throws {
    let configuration = try configuration(
      #"{"a": "eight", "b": 1.5, "c": [1, "x"], "d": [1, 2], "e": true, "f": {"x": 1}, "g": 1}"#)
    let path = configuration.path
    #expect(
      sentence { try configuration.integer("a") }
        == "\(path): a is \"eight\"; LatentWalk supports an integer.")
    #expect(sentence { try configuration.integer("b") }.contains("b is 1.5; LatentWalk supports an integer"))
    #expect(
      sentence { try configuration.integers("c") }.contains(
        "c is [1, \"x\"]; LatentWalk supports a list of integers"))
    #expect(
      sentence { try configuration.integerOrIntegers("d", count: 3) }
        .contains("d is [1, 2]; LatentWalk supports an integer or a list of 3"))
    #expect(sentence { try configuration.integer("e") }.contains("e is true; LatentWalk supports an integer"))
    #expect(
      sentence { try configuration.text("f") }.contains("f is an object with x; LatentWalk supports a text"))
    #expect(sentence { try configuration.flag("g") }.contains("g is 1; LatentWalk supports true or false"))
  }

  @Test("a value that is not supported is refused by name")
  func requires() throws {
    let configuration = try configuration(#"{"act_fn": "relu", "dual": true, "one": 1.0, "class": null}"#)
    #expect(
      sentence { try configuration.require("act_fn", oneOf: ["silu"]) }
        == "\(configuration.path): act_fn is \"relu\"; LatentWalk supports \"silu\".")
    #expect(
      sentence { try configuration.require("act_fn", oneOf: ["silu", "gelu"]) }
        .contains("LatentWalk supports \"silu\" or \"gelu\"."))
    #expect(sentence { try configuration.require("dual", equals: false) }.contains("dual is true"))
    #expect(
      sentence { try configuration.require("dual", oneOf: [nil]) }.contains("LatentWalk supports null."))
    try configuration.require("one", equals: 1)
    try configuration.require("class", oneOf: [nil])
    try configuration.require("absent", equals: "anything")
  }

  @Test("fields that were not requested are listed, and refused unless they are harmless")
  func unread() throws {
    let configuration = try configuration(
      #"{"_class_name": "X", "asked": 1, "dropout": 0.0, "strange": 2, "off": null}"#)
    _ = try configuration.integer("asked")
    #expect(configuration.unread == ["dropout", "strange"])
    let sentence = sentence { try configuration.requireNothingElse(ignoring: ["dropout"]) }
    #expect(
      sentence.contains(
        "\(configuration.path): LatentWalk does not know strange, which may change the arithmetic."))
    try configuration.requireNothingElse(ignoring: ["dropout", "strange"])
  }

  @Test("what is not a JSON object is refused", arguments: ["", "{", "[1]", "{\"a\": 1,}x"])
  func notJSON(text: String) throws {
    let sentence = sentence { try configuration(text) }
    #expect(sentence.contains("unet/config.json is not the JSON that is expected there: "))
    #expect(sentence.hasSuffix("Fetch the file again."))
  }

  @Test("a file that is not there is named")
  func missing() {
    #expect(
      sentence { try Configuration(path: "/nowhere/config.json") }.hasPrefix(
        "/nowhere/config.json: there is no such file"))
  }
}
