import Foundation
import Glibc
import LatentWalk
import Media
import TestFolders
import Testing

/// `inspect`: what made a result, for people and for programs; and files that say nothing of it.
@Suite struct InspectTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ arguments: String..., output: String) throws {
    let common = ["--model", "two-stages", "--steps", "2", "--seed", "3", "-o", output]
    expectDone(try Program(arguments + common, in: folder.path).finished(), output)
  }

  private func expectLines(
    _ run: Program.Run, _ lines: [(String, String)], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)", sourceLocation: sourceLocation)
    let found = run.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    for (title, text) in lines {
      #expect(
        found.contains("\(title) \(text)"), "\(title) \(text)\n\(run.output)", sourceLocation: sourceLocation)
    }
  }

  @Test("the text has a line for each thing that made a walk")
  func text() throws {
    try make(
      "interpolate", "a dog", "犬", "--frames", "4", "--ping-pong", "--negative-prompt", "naïve",
      output: "x.gif")
    let sha256 = try ResultFile(path: folder.file("x.gif")).recipe(with: ModelStore()).model.sha256
    expectLines(
      try folder.run("inspect", "x.gif"),
      [
        ("Made by", "LatentWalk"), ("Model", "two-stages (SHA-256 \(sha256.short))"), ("Walk", "interpolate"),
        ("Key frame", "a dog"), ("Key frame", "犬"), ("negative", "naïve"),
        ("sampling", "2 steps of ddim on keras, guidance 7.5, seed 3"), ("Size", "12 x 12 pixels"),
        ("Random numbers", "pytorch"), ("Prompt syntax", "clip, clip skip 1"),
        ("Arithmetic", "float32, convolution winograd"),
        ("Frames", "4 at an even pace, 10.0 a second, there and back again"),
      ])
  }

  @Test("of a picture it says with what it begins, and of a frame its number")
  func pictures() throws {
    let photo = TinyModel.path("pictures/sd1.png")
    try make("image", "a dog", "--from", photo, "--strength", "0.5", output: "x.png")
    let run = try folder.run("inspect", "x.png")
    expectLines(run, [("Walk", "image"), ("begins with", "\(photo), strength 0.5")])
    #expect(!run.output.contains("a second"))
    try make("circle", "a dog", "--frames", "2", "--frames-directory", "frames", output: "x.gif")
    expectLines(
      try folder.run("inspect", "frames/frame-00001.png"), [("Made by", "LatentWalk, frame 1 of a walk")])
  }

  @Test("a result of schema 1 is shown without its model")
  func schema1() throws {
    let run = try folder.run(
      "inspect", TinyModel.path("results/schema-1-circle.gif"), environment: ["LATENTWALK_MODELS": nil])
    expectLines(
      run,
      [
        ("Made by", "LatentWalk"), ("Model", "two-stages"), ("Key frame", "a dog"),
        ("Negative prompt", "a cat"),
        ("Sampling", "3 steps of euler-a on trailing, guidance 4.0"), ("Seed", "7 (pytorch)"),
        ("Size", "12 x 12 pixels"), ("Frames", "5, 8.0 a second, there and back again"),
      ])
  }

  @Test("--json prints the recipe as it is in the file")
  func json() throws {
    try make("image", "a dog", output: "x.png")
    let run = try folder.run("inspect", "x.png", "--json")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(run.output == (try recipeText(inFile: folder.file("x.png")) ?? "") + "\n")
    #expect(run.output.hasPrefix(#"{"tool":"LatentWalk","schema":3,"recipe":{"#))
  }

  @Test("a file that says nothing of how it was made is refused", arguments: ["inspect", "render"])
  func nothing(command: String) throws {
    try Picture(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 12)).writePNG(
      to: folder.file("plain.png"))
    try folder.write("notes.txt", "some text".utf8)
    try folder.write("empty.json", [])
    try folder.write("cut.gif", "GIF89a".utf8)
    try folder.write("cut.json", #"{"tool":"LatentWalk","schema":2,"recipe":{"#.utf8)
    try folder.write("later.json", #"{"tool":"LatentWalk","schema":4,"recipe":{}}"#.utf8)
    try folder.make("folder")
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for (name, words) in [
      ("plain.png", "plain.png carries no recipe"), ("notes.txt", "notes.txt is not a recipe of LatentWalk"),
      ("empty.json", "empty.json is empty"), ("cut.gif", "cut.gif"),
      ("cut.json", "cut.json is not a recipe of LatentWalk"), ("later.json", "schema 4"),
      ("folder", "folder"),
      ("pipe", "pipe"), ("nowhere.gif", "nowhere.gif"), ("/dev/zero", "/dev/zero"),
      ("/dev/null", "/dev/null"),
    ] {
      expectRefusal(try folder.run(command, name), 1, words)
    }
    #expect(try folder.names().count == 8)
  }

  @Test("an invalid recipe is refused by its field, and nothing traps", arguments: ["inspect", "render"])
  func invalid(command: String) throws {
    try make("circle", "a dog", "--frames", "3", output: "x.gif")
    let json = try #require(try recipeText(inFile: folder.file("x.gif")))
    for (old, new, field) in [
      (#""frameCount":3"#, #""frameCount":0"#, "walk.timing.frameCount"),
      (#""frameCount":3"#, #""frameCount":-9223372036854775808"#, "walk.timing.frameCount"),
      (#""prompt":"a dog","#, "", "walk.keyFrames[0]"), (#""steps":2"#, #""steps":0"#, "sampling.steps"),
      (#""width":12"#, #""width":0"#, "settings.width"), (#""fps":10"#, #""fps":0"#, "playback.fps"),
      (#""kind":"circle""#, #""kind":"interpolate""#, "walk.keyFrames"),
    ] {
      let changed = json.replacingOccurrences(of: old, with: new)
      #expect(changed != json)
      try folder.write("recipe.json", changed.utf8)
      expectRefusal(try folder.run(command, "recipe.json"), 1, "The recipe's ", "\(field) is ", "choose")
    }
  }
}
