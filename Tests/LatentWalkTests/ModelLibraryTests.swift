import Checkpoints
import Foundation
import LatentWalk
import TestFolders
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

  @Test("a folder in the current place comes before a name")
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
    #expect(library.models().map(\.name) == ["odd", "samplers", "sd1", "sd2", "two-stages"])
  }

  @Test("single files are listed without their ending and found with it or without")
  func singleFiles() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("sd-v1-4.ckpt", "PK")
    try folder.write("notes.txt", "no model")
    let library = ModelLibrary(places: [folder.path])
    #expect(library.models().map(\.name) == ["sd-v1-4"])
    #expect(try library.path("sd-v1-4") == path && library.path("sd-v1-4.ckpt") == path)
    #expect(throws: RenderError.self) { try library.path("notes") }
  }

  @Test("a model in Hugging Face's cache is found by owner and name, in the state that main names")
  func huggingFace() throws {
    let folder = try TemporaryFolder()
    let repository = folder.file("models--owner--stable-diffusion-v1-5")
    for directory in ["snapshots", "refs"] {
      try FileManager.default.createDirectory(
        atPath: "\(repository)/\(directory)", withIntermediateDirectories: true)
    }
    for commit in ["0000old", "0123abc", "9999new"] {
      try FileManager.default.copyItem(
        atPath: TinyModel.path("two-stages"), toPath: "\(repository)/snapshots/\(commit)")
    }
    try folder.write("models--owner--stable-diffusion-v1-5/refs/main", "0123abc\n")
    let library = ModelLibrary(places: [], hubs: ["/nowhere", folder.path])
    #expect(try library.folder("owner/stable-diffusion-v1-5").path == repository + "/snapshots/0123abc")
    #expect(try library.folder("stable-diffusion-v1-5").path == repository + "/snapshots/0123abc")
    #expect(library.models().map(\.name) == ["owner/stable-diffusion-v1-5"])
  }

  @Test("checkpoints in Hugging Face's cache go by owner, name and file; one alone by owner and name")
  func cachedCheckpoints() throws {
    let folder = try TemporaryFolder()
    let tensors =
      #"{"model.diffusion_model.input_blocks.0.0.weight":{"dtype":"F16","shape":[0,4,3,3],"data_offsets":[0,0]}}"#
    let bytes = withUnsafeBytes(of: UInt64(tensors.utf8.count).littleEndian) {
      String(decoding: $0, as: UTF8.self)
    }
    for path in [
      "one/snapshots/1/v1.safetensors", "two/snapshots/1/a.safetensors", "two/snapshots/1/b.safetensors",
    ] {
      let place = URL(filePath: folder.file("models--owner--\(path)"))
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try folder.write("models--owner--\(path)", bytes + tensors)
    }
    try folder.write("models--owner--one/snapshots/1/other.safetensors", "no tensors")
    try FileManager.default.createDirectory(
      atPath: folder.file("models--owner--rest/snapshots/1/unet"), withIntermediateDirectories: true)
    let library = ModelLibrary(places: [], hubs: [folder.path])
    #expect(library.models().map(\.name) == ["owner/one/v1", "owner/two/a", "owner/two/b"])
    let one = folder.file("models--owner--one/snapshots/1/v1.safetensors")
    for name in ["owner/one", "owner/one/v1", "owner/one/v1.safetensors", "v1"] {
      #expect(try library.path(name) == one)
    }
    #expect(throws: RenderError.severalModels(name: "owner/two", choices: ["owner/two/a", "owner/two/b"])) {
      try library.path("owner/two")
    }
    let error = #expect(throws: RenderError.self) { try library.path("owner/rest") }
    #expect(error?.description.contains("has neither a whole folder of diffusers nor a checkpoint") == true)
    #expect(
      error?.description.contains("hf download owner/rest --include \"model_index.json\" --include \"*/*\"")
        == true)
  }

  @Test("a model that was not fetched is refused with the command that fetches it")
  func notFetched() {
    let error = #expect(throws: RenderError.self) {
      try ModelLibrary(places: [], hubs: ["/cache/hub"]).folder("owner/name")
    }
    let words = error?.description ?? ""
    #expect(words.contains("no model of that name in Hugging Face's cache (/cache/hub)"))
    #expect(words.contains("fetch it with 'hf download owner/name --include "))
  }
}
