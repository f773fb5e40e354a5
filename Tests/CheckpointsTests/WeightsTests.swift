import Checkpoints
import Testing

@Suite struct WeightsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func weights(
    _ tensors: KeyValuePairs<String, (shape: [Int], values: [Float])>
  ) throws -> (Weights, path: String) {
    let path = try folder.write("model.safetensors", safetensors(tensors))
    return (Weights(try TensorFile(path: path)), path)
  }

  @Test("subscripts narrow the view, and the leaf finds its tensor")
  func narrows() throws {
    let (weights, _) = try weights([
      "down.0.conv.weight": ([1, 2], [1, 2]), "down.1.conv.weight": ([1, 2], [3, 4]),
    ])
    #expect(try weights["down"][1]["conv"].tensor("weight", shape: [1, 2]).float32().values == [3, 4])
    #expect(weights["down"][0].contains("conv.weight"))
    #expect(!weights["down"][0].contains("conv.bias"))
    #expect(weights["down"][1].entries.map(\.name) == ["down.1.conv.weight"])
  }

  @Test("a missing tensor is named in full, with what was expected")
  func missing() throws {
    let (weights, path) = try weights(["a.weight": ([1], [1])])
    let sentence = sentence { try weights["mid"][0].tensor("weight", shape: [320, 4]) }
    #expect(sentence.hasPrefix("\(path) has no tensor mid.0.weight (expected: [320, 4])."))
    #expect(sentence.contains("another kind of model than its config.json says"))
  }

  @Test("a wrong shape is named with both shapes")
  func wrongShape() throws {
    let (weights, path) = try weights(["conv.weight": ([2, 3], [1, 2, 3, 4, 5, 6])])
    let sentence = sentence { try weights["conv"].tensor("weight", shape: [3, 2]) }
    #expect(sentence.hasPrefix("\(path): the tensor conv.weight has the shape [2, 3], expected: [3, 2]."))
  }

  @Test("a linear layer and a 1x1 convolution are the same matrix")
  func trailingOnes() throws {
    let (weights, _) = try weights(["a": ([2, 1, 1, 1], [1, 2]), "b": ([2, 1], [3, 4]), "c": ([1], [5])])
    #expect(try weights.tensor("a", shape: [2, 1]).shape == [2, 1])
    #expect(try weights.tensor("b", shape: [2, 1, 1, 1]).float32().values == [3, 4])
    #expect(try weights.tensor("c", shape: []).shape == [])
    #expect(sentence { try weights.tensor("a", shape: [1, 2]) }.contains("expected: [1, 2]"))
  }

  @Test("the names that were not requested are reported, without those ignored on purpose")
  func unused() throws {
    let (weights, _) = try weights([
      "a.weight": ([1], [1]), "a.bias": ([1], [1]), "b": ([1], [1]),
      "text_model.embeddings.position_ids": ([1], [0]),
    ])
    let view = weights["a"]
    _ = try view.tensor("weight", shape: [1])
    _ = sentence { try view.tensor("nothing", shape: [1]) }
    #expect(weights.contains("b"))
    #expect(weights.unused == ["a.bias", "b"])
    #expect(view.unused == ["a.bias"])
  }

  @Test("the old names of the autoencoder's attention are found under the new ones")
  func oldAttention() throws {
    let old = "decoder.mid_block.attentions.0."
    let (weights, path) = try weights([
      "\(old)query.weight": ([1, 1, 1, 1], [1]), "\(old)key.weight": ([1, 1], [2]),
      "\(old)value.bias": ([1], [3]),
      "\(old)proj_attn.weight": ([1, 1], [4]), "quant_conv.weight": ([1, 1], [5]),
    ])
    let attention = weights["decoder"]["mid_block"]["attentions"][0]
    #expect(try attention["to_q"].tensor("weight", shape: [1, 1]).float32().values == [1])
    #expect(try attention["to_k"].tensor("weight", shape: [1, 1]).float32().values == [2])
    #expect(try attention["to_v"].tensor("bias", shape: [1]).float32().values == [3])
    #expect(try attention["to_out"][0].tensor("weight", shape: [1, 1]).float32().values == [4])
    #expect(weights.unused == ["quant_conv.weight"])
    let sentence = sentence { try attention["to_q"].tensor("weight", shape: [2, 1]) }
    #expect(sentence.hasPrefix("\(path): the tensor \(old)query.weight has the shape [1, 1, 1, 1]"))
  }

  @Test("a text encoder that transformers 5 wrote is found under the prefix of all others")
  func unprefixedTextEncoder() throws {
    let (weights, _) = try weights([
      "embeddings.token_embedding.weight": ([1, 1], [1]), "encoder.layers.0.mlp.fc1.bias": ([1], [2]),
      "final_layer_norm.bias": ([1], [3]), "encoder.conv_in.bias": ([1], [4]),
    ])
    let model = weights["text_model"]
    #expect(try model["embeddings"]["token_embedding"].tensor("weight", shape: [1, 1]).count == 1)
    #expect(try model["encoder"]["layers"][0]["mlp"]["fc1"].tensor("bias", shape: [1]).count == 1)
    #expect(try model["final_layer_norm"].tensor("bias", shape: [1]).count == 1)
    #expect(weights.unused == ["encoder.conv_in.bias"])
  }

  @Test("a model in several files is found through its index")
  func shards() throws {
    try folder.write("unet/part-1.safetensors", safetensors(["a.weight": ([1], [1])]))
    try folder.write("unet/part-2.safetensors", safetensors(["b.weight": ([2], [2, 3])]))
    let index = try folder.write(
      "unet/model.safetensors.index.json",
      #"{"metadata":{"total_size":12},"weight_map":{"a.weight":"part-1.safetensors","b.weight":"part-2.safetensors"}}"#
    )
    let weights = try Weights(index: index)
    #expect(try weights["b"].tensor("weight", shape: [2]).float32().values == [2, 3])
    #expect(weights.unused == ["a.weight"])
    #expect(sentence { try weights.tensor("c", shape: [1]) }.hasPrefix("\(index) has no tensor c"))
  }

  @Test("an index that promises what its files do not hold is refused")
  func lyingIndex() throws {
    try folder.write("part.safetensors", safetensors(["a": ([1], [1])]))
    let absent = try folder.write("1.json", #"{"weight_map":{"b":"part.safetensors"}}"#)
    #expect(sentence { try Weights(index: absent) }.contains("promises the tensor b in it"))
    let noFile = try folder.write("2.json", #"{"weight_map":{"a":"gone.safetensors"}}"#)
    #expect(sentence { try Weights(index: noFile) }.contains("gone.safetensors: there is no such file"))
    let noMap = try folder.write("3.json", "{}")
    #expect(sentence { try Weights(index: noMap) }.contains("weight_map is missing"))
  }
}
