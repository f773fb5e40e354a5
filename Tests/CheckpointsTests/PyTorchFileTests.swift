import Checkpoints
import Foundation
import Tensors
import Testing

/// Files that torch.save wrote. Tools/golden/pytorch_files.py made them and says what is in them.
@Suite struct PyTorchFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/pytorch").path

  private struct Golden: Decodable {
    let type: String
    let shape: [Int]
    let values: [Float]
  }

  private let golden: [String: [String: Golden]]

  init() throws {
    let json = try Data(contentsOf: URL(filePath: Self.folder + "/golden.json"))
    golden = try JSONDecoder().decode([String: [String: Golden]].self, from: json)
  }

  @Test(
    "tensors have the names, shapes and values that torch gave them",
    arguments: ["plain.bin", "protocol5.bin", "views.pt", "lightning.ckpt", "embedding.pt"])
  func values(name: String) throws {
    let file = try TensorFile(path: "\(Self.folder)/\(name)")
    let expected = try #require(golden[name])
    #expect(file.format == .pytorch)
    #expect(Set(file.names) == Set(expected.keys))
    let elements = ["float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64"]
    for (key, tensor) in expected {
      let entry = try #require(file.entry(key))
      #expect(entry.shape == tensor.shape && entry.elementName == elements[tensor.type], "\(key)")
      #expect(entry.byteCount == entry.count * (elementBytes[entry.elementName] ?? 0))
      guard entry.elementType != nil else {
        #expect(try file.tensor(key) == nil)
        continue
      }
      let stored = try #require(try file.tensor(key))
      #expect(stored.shape == tensor.shape && stored.float32().values == tensor.values, "\(key)")
    }
  }

  private let elementBytes = ["F32": 4, "F16": 2, "BF16": 2, "I64": 8]

  @Test("short texts and numbers beside the tensors are kept as notes")
  func notes() throws {
    let training = try TensorFile(path: Self.folder + "/lightning.ckpt").metadata
    #expect(training["global_step"] == "875000" && training["pytorch-lightning_version"] == "1.4.2")
    #expect(try TensorFile(path: Self.folder + "/embedding.pt").metadata["name"] == "a style")
  }

  @Test("layers ask for a pickle's tensors as for any other's")
  func weights() throws {
    let weights = Weights(try TensorFile(path: Self.folder + "/plain.bin"))
    #expect(try weights["a"].tensor("weight", shape: [2, 3]).count == 6)
    #expect(sentence { try weights.tensor("ids", shape: [7]) }.contains("is stored as I64"))
  }

  @Test("a file from before torch 1.6 and a TorchScript program are refused with what to do")
  func otherKinds() throws {
    let old = sentence { try TensorFile(path: Self.folder + "/old.bin") }
    #expect(old.contains("old.bin is a pickle as PyTorch wrote them before version 1.6"))
    #expect(
      old.contains(
        "torch.save(torch.load(\"\(Self.folder)/old.bin\", map_location=\"cpu\", weights_only=True)"))
    #expect(
      sentence { try TensorFile(path: Self.folder + "/script.pt") }.contains("is a TorchScript program"))
  }

  @Test("the real textual inversion of ../shared/data is read", .enabled(if: fileExists(realEmbedding)))
  func realFile() throws {
    let file = try TensorFile(path: realEmbedding)
    #expect(file.names == ["<birb-style>"])
    // torch.load(path)["<birb-style>"][:3].tolist()
    let values = try #require(try file.tensor("<birb-style>")).float32().values
    #expect(values.count == 768)
    #expect(values.prefix(3) == [0.17009150981903076, 0.00896500889211893, 0.07673729211091995])
  }
}

private let realEmbedding = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../shared/data/lora/learned_embeds.bin").standardized.path
