import Checkpoints
import Foundation
import LatentWalk
import Testing

@Suite struct ModelLibraryTests {
  private let library = ModelLibrary(places: ["/nowhere", TinyModel.fixtures])

  @Test("a model is found by its name")
  func byName() throws {
    #expect(try library.folder("two-stages").path == TinyModel.path("two-stages"))
  }

  @Test("a model is found by its path, wherever it is")
  func byPath() throws {
    #expect(try ModelLibrary(places: []).folder(TinyModel.path("sd2") + "/").path == TinyModel.path("sd2"))
  }

  @Test("a folder in the current place goes before a name")
  func pathFirst() throws {
    #expect(throws: CheckpointError.self) { try library.folder("/") }
  }

  @Test("of a name that no place has, the error lists the places")
  func missing() {
    let error = #expect(throws: RenderError.self) { try library.folder("nope") }
    #expect(error == .noSuchModel(name: "nope", searched: ["/nowhere", TinyModel.fixtures]))
    for part in ["\"nope\"", "/nowhere", TinyModel.fixtures, "latentwalk models"] {
      #expect(error?.description.contains(part) == true)
    }
  }

  @Test("the list has the folders that are models, in the order of their names")
  func list() {
    #expect(library.models().map(\.name) == ["odd", "sd1", "sd2", "two-stages"])
  }

  @Test("a model in Hugging Face's cache goes by its own name")
  func huggingFace() throws {
    let folder = try TemporaryFolder()
    let snapshots = folder.file("models--owner--stable-diffusion-v1-5/snapshots")
    try FileManager.default.createDirectory(atPath: snapshots, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: TinyModel.path("two-stages"), toPath: snapshots + "/0123abc")
    let found = try ModelLibrary(places: [snapshots]).folder("stable-diffusion-v1-5")
    #expect(found.path == snapshots + "/0123abc")
  }
}
