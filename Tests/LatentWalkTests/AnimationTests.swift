import Foundation
import LatentWalk
import Media
import StableDiffusion
import TestFolders
import Testing

/// Frames are kept as files: what is there is not rendered again, and recipes never mix.
@Suite struct AnimationTests {
  private struct Stop: Error {}

  private static let draft = TinyModel.draft(.interpolate, "a dog", "a cat")

  private let folder: TemporaryFolder
  private var gif: String { folder.file("walk.gif") }
  private var frames: String { folder.file("frames") }

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Renders an animation of five frames in batches of two, and returns the frames that were rendered for it.
  @discardableResult
  private func render(
    _ draft: RecipeDraft = Self.draft, stoppingAt isTheEnd: (RenderingEvent) -> Bool = { _ in false }
  ) throws -> [Int] {
    var rendered: [Int] = []
    let renderer = try TinyModel.renderer(draft, batch: 2)
    var rendering = renderer.animationRendering(
      to: gif, framesIn: try FrameDirectory(path: frames, for: renderer.recipe))
    while let event = try rendering.next() {
      if isTheEnd(event) { throw Stop() }
      if case .frame(let frame, _, _) = event { rendered.append(frame) }
    }
    return rendered
  }

  @Test("every frame is a file that holds its recipe")
  func frameFiles() throws {
    let recipe = try TinyModel.recipe(Self.draft)
    #expect(try render() == [0, 1, 2, 3, 4])
    #expect(
      try folder.names(in: "frames") == (0..<5).map { "frame-0000\($0).png" } + ["recipe.json"])
    let text = try #require(try recipeText(inFile: frames + "/frame-00003.png"))
    #expect(try Recipe(json: text) == recipe)
    #expect(try FrameDirectory.recipe(in: frames) == recipe)
  }

  @Test("the animation holds its recipe")
  func recipeInAnimation() throws {
    let recipe = try TinyModel.recipe(Self.draft)
    try render()
    let text = try #require(try recipeText(inFile: gif))
    #expect(try Recipe(json: text) == recipe)
  }

  @Test("only frames that are missing are rendered, and the animation is the same to the byte")
  func onlyMissing() throws {
    try render()
    let whole = try bytes(gif)
    for frame in [1, 4] { try FileManager.default.removeItem(atPath: frames + "/frame-0000\(frame).png") }
    #expect(try render() == [1, 4])
    #expect(try bytes(gif) == whole)
    #expect(try render() == [])
  }

  @Test(
    "an interrupted run keeps its finished frames and nothing half-written, and a second one completes it")
  func interruption() throws {
    try render()
    let whole = try bytes(gif)
    try FileManager.default.removeItem(atPath: frames)
    try FileManager.default.removeItem(atPath: gif)

    #expect(throws: Stop.self) {
      try render { if case .step(let step) = $0 { step.taken == 2 && step.frames == [2, 3] } else { false } }
    }
    #expect(try folder.names() == ["frames"])
    #expect(try folder.names(in: "frames") == ["frame-00000.png", "frame-00001.png", "recipe.json"])

    #expect(try render() == [2, 3, 4])
    #expect(try bytes(gif) == whole)
  }

  @Test("an interruption while the animation is written leaves the frames, and an older animation as it was")
  func interruptedEncoding() throws {
    try folder.write("walk.gif", "an older animation")
    #expect(throws: Stop.self) {
      try render { if case .encoded(3, _) = $0 { true } else { false } }
    }
    #expect(try folder.names() == ["frames", "walk.gif"])
    #expect(try bytes(gif) == Data("an older animation".utf8))
    #expect(try render() == [])
    #expect(try bytes(gif).starts(with: Data("GIF89a".utf8)))
  }

  @Test("frames of another recipe are refused, and stay as they are")
  func otherRecipe() throws {
    try render()
    let before = try folder.names(in: "frames")
    var other = Self.draft
    other.seed = 8
    #expect(throws: RenderError.otherRecipe(directory: frames)) { try render(other) }
    #expect(try folder.names(in: "frames") == before)
  }

  @Test("another speed, and there and back again, use the frames that are there")
  func otherPlaying() throws {
    try render()
    let once = try bytes(gif)
    var draft = Self.draft
    draft.fps = 25
    draft.pingPong = true
    var encoded = 0
    let rendered = try render(draft) { event in
      if case .encoded = event { encoded += 1 }
      return false
    }
    #expect(rendered == [])
    #expect(encoded == 8)
    #expect(try bytes(gif) != once)
    let text = try #require(try recipeText(inFile: gif))
    #expect(try Recipe(json: text) == TinyModel.recipe(draft))
  }

  @Test("a folder whose recipe cannot be read, or is missing, is refused by name")
  func unreadableRecipe() throws {
    try render()
    try folder.write("frames/recipe.json", "{")
    let unreadable = RenderError.unreadableRecipe(path: frames + "/recipe.json")
    #expect(throws: unreadable) { try render() }
    try FileManager.default.removeItem(atPath: frames + "/recipe.json")
    #expect(throws: unreadable) { try render() }
    #expect(unreadable.description.contains("frames/recipe.json"))
  }

  @Test(
    "a pipe in place of the recipe or of a frame is refused without waiting for it", .timeLimit(.minutes(1)))
  func pipes() throws {
    try render()
    for name in ["recipe.json", "frame-00002.png"] {
      let path = frames + "/" + name
      try folder.move("frames/" + name, to: "kept")
      #expect(mkfifo(path, 0o600) == 0)
      let error = #expect(throws: (any Error).self) { try render() }
      #expect(error.map { "\($0)" }?.contains(path) == true)
      try folder.remove("frames/" + name)
      try folder.move("kept", to: "frames/" + name)
    }
    #expect(try render() == [])
  }

  @Test("a folder that cannot be made is refused with the system's reason")
  func noFolder() throws {
    try folder.write("file", "")
    let path = folder.file("file/frames")
    let error = #expect(throws: RenderError.self) {
      try FrameDirectory(path: path, for: TinyModel.recipe(TinyModel.draft(.circle, "a dog")))
    }
    #expect(
      error?.description
        == "The folder for frames \(path) cannot be used: not a directory. Choose another folder."
    )
  }

  @Test("a frame that cannot be read is named, and nothing is guessed")
  func brokenFrame() throws {
    try render()
    let frame = try folder.write("frames/frame-00002.png", "")
    let error = #expect(throws: RenderError.self) { try render() }
    #expect(error?.description.contains(frame) == true)
    #expect(error?.description.contains("only this frame is rendered anew") == true)
    try FileManager.default.removeItem(atPath: frame)
    #expect(try render() == [2])
  }

  @Test("removing the frames keeps the files of others")
  func removal() throws {
    let recipe = try TinyModel.recipe(Self.draft)
    try render()
    try folder.write("frames/notes.txt", "mine")
    try folder.write("frames/frame-best.png", "mine, too")
    try FrameDirectory(path: frames, for: recipe).remove()
    #expect(try folder.names(in: "frames") == ["frame-best.png", "notes.txt"])
  }

  @Test("removing the frames takes what a killed run left half-written")
  func removalOfHalves() throws {
    let recipe = try TinyModel.recipe(Self.draft)
    try render()
    try folder.write("frames/frame-00001.png.4242.partial", "half")
    try FrameDirectory(path: frames, for: recipe).remove()
    #expect(try folder.names() == ["walk.gif"])
  }

  @Test("frames beyond 99999 have names of their own")
  func longNumbers() throws {
    let directory = try FrameDirectory(path: frames, for: TinyModel.recipe(TinyModel.draft(.circle, "a dog")))
    #expect(directory.file(of: 0) == frames + "/frame-00000.png")
    #expect(directory.file(of: 123_456) == frames + "/frame-123456.png")
  }
}
