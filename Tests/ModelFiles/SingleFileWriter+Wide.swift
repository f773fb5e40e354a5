import Foundation

/// Files need no configuration if their norms have 32 groups and their heads the usual widths. The tiny pipelines are
/// narrower.
extension SingleFileWriter {
  /// A model like `two-stages` with 4 or 8 times its channels and seeded random float16 weights: nothing but the file,
  /// a tokenizer of 554 words and an eye for pictures of random networks is needed to use it.
  package static func wide(_ fixtures: String) throws -> SingleFileWriter {
    var writer = try SingleFileWriter(fixtures, "two-stages")
    var state: UInt64 = 1
    for name in writer.rows.keys.sorted() where name.hasPrefix("model.") || name.contains("stage_model.") {
      guard var row = writer.rows[name] else { continue }
      row.shape = wider(name, row.shape)
      let inputs = row.shape.dropFirst().reduce(1, *)
      let isNorm = row.shape.count == 1 && name.hasSuffix("weight")
      let values = (0..<row.shape.reduce(1, *)).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let uniform = Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
        return Float16(isNorm ? 1 + 0.1 * uniform : uniform / Float(max(inputs, 16)).squareRoot())
      }
      row.bytes = values.withUnsafeBytes { Data($0) }
      row.type = "F16"
      writer.rows[name] = row
    }
    return writer
  }

  /// Channels become more; colours, latents, vocabulary, positions and the sizes of kernels stay.
  private static func wider(_ name: String, _ shape: [Int]) -> [Int] {
    let isAutoencoder = name.hasPrefix("first_stage_model.")
    let outputsStay = [
      "model.diffusion_model.out.2.", "encoder.conv_out.", "decoder.conv_out.", "quant_conv.",
      "token_embedding.",
      "position_embedding.",
    ].contains(where: name.contains)
    let inputsStay = ["input_blocks.0.0.", "encoder.conv_in.", "decoder.conv_in.", "quant_conv."]
      .contains(where: name.contains)
    return shape.enumerated().map { dimension, size in
      dimension > 1 || (dimension == 0 ? outputsStay : inputsStay) ? size : size * (isAutoencoder ? 8 : 4)
    }
  }
}
