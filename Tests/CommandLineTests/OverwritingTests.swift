import Checkpoints
import Foundation
import TestFolders
import Testing

/// A result that is there already is replaced when it has the same recipe, or with `--force`.
@Suite struct OverwritingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) throws -> Program.Run {
    try Program(arguments + ["--model", "two-stages"], in: folder.path).finished()
  }

  private let short = ["--steps", "2", "--seed", "1", "--quiet"]

  @Test(
    "a result of another recipe stays, and --force replaces it",
    arguments: [
      (["image", "a dog"], "x.png"), (["walk", "a dog", "--frames", "2"], "x.gif"),
      (["circle", "a dog", "--frames", "2"], "x.gif"),
      (["interpolate", "a dog", "a cat", "--frames", "2"], "x.gif"),
    ])
  func recipes(command: [String], name: String) throws {
    let make = command + short + ["-o", name]
    expectDone(try run(make), name)
    let first = try folder.bytes(name)
    // The same recipe: the same bytes.
    expectDone(try run(make), name)
    #expect(try folder.bytes(name) == first)
    for other in [["--guidance", "3"], ["--seed", "2"]] {
      let refused = try run(make + other)
      expectRefusal(refused, 1, "Cannot write \(name)", "made by another recipe", "--output", "--force")
      #expect(try folder.bytes(name) == first && folder.names() == [name])
    }
    expectDone(try run(make + ["--guidance", "3", "--force"]), name)
    #expect(try folder.bytes(name) != first)
    // What is no result of LatentWalk stays, too.
    try folder.write(name, "something dear".utf8)
    expectRefusal(try run(make), 1, "Cannot write \(name)", "it is there already", "--force")
    #expect(try folder.bytes(name) == Data("something dear".utf8))
    expectDone(try run(make + ["--force"]), name)
    #expect(try folder.bytes(name) == first)
  }

  @Test("an animation that plays in another way is another recipe")
  func playing() throws {
    let make = ["circle", "a dog", "--frames", "3", "-o", "x.gif"] + short
    expectDone(try run(make), "x.gif")
    expectRefusal(try run(make + ["--fps", "20"]), 1, "x.gif", "--force")
    expectRefusal(try run(make + ["--ping-pong"]), 1, "x.gif", "--force")
  }

  @Test("arrays and decoded pictures carry no recipe, and stay unless --force is given")
  func arrays() throws {
    let photo = TinyModel.path("pictures/sd1.png")
    try folder.write("x.npy", "something dear".utf8)
    try folder.write("x.png", "something dear".utf8)
    try NumpyArray(shape: [4, 6, 6], values: [Float](repeating: 0.5, count: 144)).write(
      to: folder.file("l.npy"))
    for (command, name) in [
      (["encode", "a dog"], "x.npy"), (["encode-image", photo], "x.npy"), (["decode", "l.npy"], "x.png"),
    ] {
      let make = command + ["-o", name]
      expectRefusal(try run(make), 1, "Cannot write \(name): it is there already.", "--output", "--force")
      #expect(try folder.bytes(name) == Data("something dear".utf8), "\(command)")
      expectDone(try run(make + ["--force"]), name)
      #expect(try folder.bytes(name) != Data("something dear".utf8), "\(command)")
      try folder.write(name, "something dear".utf8)
    }
  }

  @Test("latents stay, too, and then no picture is made")
  func latents() throws {
    try folder.write("x.npy", "something dear".utf8)
    let make = ["image", "a dog", "-o", "x.png", "--latents-output", "x.npy"] + short
    let refused = try run(make)
    expectRefusal(refused, 1, "Cannot write x.npy: it is there already.", "--latents-output", "--force")
    #expect(try folder.names() == ["x.npy"])
    expectDone(try run(make + ["--force"]), "x.png")
    #expect(try NumpyArray(npyFile: folder.file("x.npy")).shape == [4, 6, 6])
  }

  @Test("render replaces a result only if it has the recipe that is rendered, or with --force")
  func render() throws {
    for (prompt, name) in [("a dog", "dog.png"), ("a cat", "cat.png")] {
      expectDone(try run(["image", prompt, "-o", name] + short), name)
    }
    let (dog, cat) = (try folder.bytes("dog.png"), try folder.bytes("cat.png"))
    expectRefusal(
      try folder.run("render", "dog.png", "-o", "cat.png"), 1, "Cannot write cat.png", "another recipe",
      "--force")
    #expect(try folder.bytes("cat.png") == cat)
    expectDone(try folder.run("render", "dog.png", "-o", "dog.png", "--quiet"), "dog.png")
    expectDone(try folder.run("render", "dog.png", "-o", "cat.png", "--force", "--quiet"), "cat.png")
    #expect(try folder.bytes("dog.png") == dog && folder.bytes("cat.png") == dog)
  }

  @Test("another frame of the same walk is another result")
  func frames() throws {
    let walk = ["circle", "a dog", "--frames", "2", "-o", "x.gif", "--frames-directory", "frames"]
    expectDone(try run(walk + short), "x.gif")
    let render = { (frame: Int) in ["render", "frames/frame-0000\(frame).png", "-o", "x.png", "--quiet"] }
    for _ in 0..<2 { expectDone(try Program(render(1), in: folder.path).finished(), "x.png") }
    let first = try folder.bytes("x.png")
    expectRefusal(try Program(render(0), in: folder.path).finished(), 1, "x.png", "--force")
    #expect(try folder.bytes("x.png") == first)
  }

  @Test("a link to a result is a result, and a link to something else stays")
  func links() throws {
    try folder.write("dear.png", "something dear".utf8)
    try folder.link("x.png", to: "dear.png")
    expectRefusal(try run(["image", "a dog", "-o", "x.png"] + short), 1, "x.png", "--force")
    #expect(try folder.bytes("dear.png") == Data("something dear".utf8))
    try folder.link("y.png", to: "new.png")
    expectDone(try run(["image", "a dog", "-o", "y.png"] + short), "y.png")
    #expect(try folder.isLink("y.png") && folder.has("new.png"))
  }
}
