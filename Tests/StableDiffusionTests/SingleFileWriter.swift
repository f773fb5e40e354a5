import Foundation

/// Writes a tiny pipeline's folder as one file in the names of the first Stable Diffusion. `single-file/moves.json` says what its modules
/// are called there; Tools/golden/single_file.py made it and had diffusers' own conversion check it.
struct SingleFileWriter {
  private typealias Row = (type: String, shape: [Int], bytes: Data)
  private var rows: [String: Row] = [:]

  /// - Parameter averaged: whether the UNet is there as its averaged copy only, under names without dots.
  init(_ name: String, averaged: Bool) throws {
    let fixtures = GoldenPipeline.fixtures
    let moves = try JSONDecoder().decode(
      [String: [String: [[String]]]].self,
      from: Data(contentsOf: URL(filePath: fixtures + "/single-file/moves.json")))
    for (component, prefix, file) in [
      ("unet", "model.diffusion_model.", "diffusion_pytorch_model"),
      ("vae", "first_stage_model.", "diffusion_pytorch_model"),
      ("text_encoder", "cond_stage_model.", "model"),
    ] {
      let table = Dictionary(uniqueKeysWithValues: (moves[name]?[component] ?? []).map { ($0[0], $0[1]) })
      for (key, row) in try Self.read("\(fixtures)/\(name)/\(component)/\(file).safetensors") {
        let old = Self.moved(Self.current(key, component), table)
        let isAttention = old.contains(".attn_1.") && row.shape.count == 2
        let shape = isAttention ? row.shape + [1, 1] : row.shape
        let full =
          averaged && component == "unet"
          ? "model_ema.diffusion_model" + old.replacing(".", with: "") : prefix + old
        rows[full] = (row.type, shape, row.bytes)
      }
    }
    fuse()
    rows["alphas_cumprod"] = ("F32", [1], Data(count: 4))
    rows["model_ema.num_updates"] = ("I64", [], Data(count: 8))
  }

  /// OpenCLIP's layers: queries, keys and values in one; and a last layer more, which is not used.
  private mutating func fuse() {
    let layers = "cond_stage_model.model.transformer.resblocks."
    for key in rows.keys.filter({ $0.hasPrefix("cond_stage_model.text_model.") }) {
      guard key.contains(".q_proj."), let q = rows[key] else { continue }
      let parts = ["q_proj", "k_proj", "v_proj"].compactMap {
        rows.removeValue(forKey: key.replacing("q_proj", with: $0))
      }
      let fused = key.replacing("cond_stage_model.text_model.encoder.layers.", with: layers)
        .replacing("self_attn.q_proj.", with: "attn.in_proj_")
      rows[fused] = (q.type, [3 * q.shape[0]] + q.shape.dropFirst(), parts.reduce(Data()) { $0 + $1.bytes })
    }
    let last = rows.keys.compactMap {
      $0.hasPrefix(layers) ? Int($0.dropFirst(layers.count).prefix { $0.isNumber }) : nil
    }.max()
    guard let last else { return }
    rows["cond_stage_model.text_model.embeddings.position_ids"] = nil
    for (key, row) in rows where key.hasPrefix("\(layers)\(last).") {
      rows[key.replacing("\(layers)\(last).", with: "\(layers)\(last + 1).")] = row
    }
    rows["cond_stage_model.model.logit_scale"] = ("F32", [], Data(count: 4))
  }

  func write(to path: String) throws {
    var (table, data): ([String: Any], Data) = ([:], Data())
    for (name, row) in rows.sorted(by: { $0.key < $1.key }) {
      table[name] = [
        "dtype": row.type, "shape": row.shape, "data_offsets": [data.count, data.count + row.bytes.count],
      ]
      data += row.bytes
    }
    let header = try JSONSerialization.data(withJSONObject: table)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    try (length + header + data).write(to: URL(filePath: path))
  }

  /// Today's names of what older versions of diffusers and newer ones of transformers call otherwise.
  private static func current(_ name: String, _ component: String) -> String {
    if component == "text_encoder" { return name.hasPrefix("text_model.") ? name : "text_model." + name }
    let older = ["query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"]
    return name.split(separator: ".").map { older[String($0)] ?? String($0) }.joined(separator: ".")
  }

  private static func moved(_ name: String, _ table: [String: String]) -> String {
    var beginning = name[...]
    while let dot = beginning.lastIndex(of: "."), table[String(beginning)] == nil {
      beginning = beginning[..<dot]
    }
    return (table[String(beginning)] ?? String(beginning)) + name[beginning.endIndex...]
  }

  private static func read(_ path: String) throws -> [String: Row] {
    let file = try Data(contentsOf: URL(filePath: path))
    let start = 8 + file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let table = try JSONSerialization.jsonObject(with: file[8..<start]) as? [String: [String: Any]] ?? [:]
    return table.filter { $0.key != "__metadata__" }.compactMapValues { row in
      guard let type = row["dtype"] as? String, let shape = row["shape"] as? [Int],
        let place = row["data_offsets"] as? [Int]
      else { return nil }
      return (type, shape, file[start + place[0]..<start + place[1]])
    }
  }
}
