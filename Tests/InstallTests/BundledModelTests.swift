import BundledModels
import Foundation
import LatentWalk
import TestFolders
import Testing

/// Where the bundled model is found, for a program in each of the places where programs are.
@Suite struct BundledModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the tests find the model that was copied beside them")
  func besideTests() throws {
    let program = try #require(BundledModels.programFolder)
    #expect(BundledModels.folders() == [program + "/LatentWalk_BundledModels.resources"])
    #expect(try ModelLibrary.standard().folder(ModelLibrary.bundledModel).path.hasPrefix(program))
  }

  @Test("beside the program comes before the installed folder, and both before the checkout")
  func order() throws {
    let checkout = try folder.model(in: "checkout/Models")
    func found() -> [String] {
      BundledModels.folders(programFolder: folder.file("usr/bin"), checkout: checkout)
    }
    #expect(found() == [checkout])
    let installed = try folder.model(in: "usr/share/latentwalk/Models")
    #expect(found() == [installed])
    let beside = try folder.model(in: "usr/bin/LatentWalk_BundledModels.resources")
    #expect(found() == [beside])
  }

  @Test("without a model in any place, the error lists the places")
  func none() {
    let searched = BundledModels.folders(programFolder: folder.file("usr/bin"), checkout: folder.path)
    #expect(searched.dropFirst() == [folder.file("usr/share/latentwalk/Models"), folder.path])
    #expect(BundledModels.folders(programFolder: nil, checkout: folder.path) == [folder.path])
    #expect(throws: RenderError.noSuchModel(name: "tiny", searched: searched)) {
      try ModelLibrary(places: searched).folder("tiny")
    }
  }

  @Test("an installed program finds the installed model, also through a symbolic link and under another name")
  func installed() throws {
    let model = try folder.model(in: "usr/share/latentwalk/Models") + "/tiny"
    try folder.make("usr/bin")
    // By another process: a program that a test starts at the same moment would hold the copy open for writing, and a
    // file that is open so cannot be executed ("Text file busy").
    _ = try Program.lines(of: "/bin/cp", Program.path(), folder.file("usr/bin/latentwalk"), home: folder.path)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("walk"), withDestinationPath: "usr/bin/latentwalk")
    for name in ["usr/bin/latentwalk", "walk"] {
      let lines = try Program.lines(of: folder.file(name), "models", home: folder.path)
      #expect(lines.contains("tiny\t\(model)"))
    }
  }
}
