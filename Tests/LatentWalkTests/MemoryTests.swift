import LatentWalk
import Tensors
import TestFolders
import Testing

@Suite struct MemoryTests {
  @Test("a size for which there is not enough memory is refused before any work")
  func tooLarge() throws {
    var draft = TinyModel.draft(.image, "a dog", model: "sd1")
    (draft.width, draft.height) = (16384, 16384)
    let error = #expect(throws: TensorMemoryError.self) { try TinyModel.renderer(draft) }
    #expect(error.map { $0.needed > $0.available } == true)
    #expect(error?.description.contains("are available") == true)
  }

  @Test("the memory that is reserved grows with the size, and no batch is counted larger than the walk")
  func grows() throws {
    var draft = TinyModel.draft(.circle, "a dog")
    let small = try TinyModel.renderer(draft, batch: 5).memoryBytes
    #expect(try TinyModel.renderer(draft, batch: .max).memoryBytes == small)
    (draft.width, draft.height) = (64, 64)
    #expect(try TinyModel.renderer(draft, batch: 1).memoryBytes > small)
  }
}
