import Foundation

/// Writes a tiny pipeline's folder as one file in the names of the first Stable Diffusion. `single-file/moves.json`
/// says what its modules are called there; Tools/golden/single_file.py made it and had diffusers' own conversion check
/// it.
///
///     try SingleFileWriter(fixtures, "sd1").write(to: "sd1.ckpt")
package struct SingleFileWriter {
  /// A tensor in the file; safetensors' name of its type.
  struct Row {
    var type: String
    var shape: [Int]
    var bytes: Data
  }
  var rows: [String: Row] = [:]

  /// - Parameters:
  ///   - fixtures: the folder of the tiny pipelines.
  ///   - averaged: whether the UNet is there as its averaged copy only, under names without dots.
  package init(_ fixtures: String, _ name: String, averaged: Bool = false) throws {
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
        rows[full] = Row(type: row.type, shape: shape, bytes: row.bytes)
      }
    }
    fuse()
    rows["alphas_cumprod"] = Row(type: "F32", shape: [1], bytes: Data(count: 4))
    rows["model_ema.num_updates"] = Row(type: "I64", shape: [], bytes: Data(count: 8))
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
      rows[fused] = Row(
        type: q.type, shape: [3 * q.shape[0]] + q.shape.dropFirst(),
        bytes: parts.reduce(Data()) { $0 + $1.bytes })
    }
    let last = rows.keys.compactMap {
      $0.hasPrefix(layers) ? Int($0.dropFirst(layers.count).prefix { $0.isNumber }) : nil
    }.max()
    guard let last else { return }
    rows["cond_stage_model.text_model.embeddings.position_ids"] = nil
    for (key, row) in rows where key.hasPrefix("\(layers)\(last).") {
      rows[key.replacing("\(layers)\(last).", with: "\(layers)\(last + 1).")] = row
    }
    rows["cond_stage_model.model.logit_scale"] = Row(type: "F32", shape: [], bytes: Data(count: 4))
  }

  /// Leaves only what begins with a prefix, and leaves the prefix out.
  package mutating func narrow(to prefix: String) {
    rows = Dictionary(
      uniqueKeysWithValues: rows.compactMap { name, row in
        name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), row) : nil
      })
  }

  package mutating func remove(_ prefix: String) { rows = rows.filter { !$0.key.hasPrefix(prefix) } }

  /// As safetensors, or where the path ends so, as PyTorch's `.ckpt`.
  package func write(to path: String) throws {
    let sorted = rows.sorted { $0.key < $1.key }
    try (path.hasSuffix(".ckpt") ? checkpoint(sorted) : safetensors(sorted)).write(to: URL(filePath: path))
  }

  private func safetensors(_ rows: [(key: String, value: Row)]) throws -> Data {
    var (table, data): ([String: Any], Data) = ([:], Data())
    for (name, row) in rows {
      table[name] = [
        "dtype": row.type, "shape": row.shape, "data_offsets": [data.count, data.count + row.bytes.count],
      ]
      data += row.bytes
    }
    let header = try JSONSerialization.data(withJSONObject: table)
    return Data(littleEndian(UInt64(header.count))) + header + data
  }

  /// What torch.save({"global_step": 470000, "state_dict": ...}) writes: a pickle, and a part for each tensor's
  /// numbers.
  private func checkpoint(_ rows: [(key: String, value: Row)]) -> Data {
    let types = ["F32": "Float", "F16": "Half", "BF16": "BFloat16", "I64": "Long"]
    let tensors = rows.enumerated().flatMap { index, row in
      let strides = row.value.shape.indices.map { row.value.shape[($0 + 1)...].reduce(1, *) }
      return Pickled.text(row.key)
        + Pickled.tensor(
          "\(index)", row.value.shape.reduce(1, *), 0, row.value.shape, strides,
          of: types[row.value.type] ?? row.value.type)
    }
    // }( key value key value ... u: a dictionary with these entries.
    let state = [0x7d, 0x28] + tensors + [0x75]
    let whole =
      [0x7d, 0x28] + Pickled.text("global_step") + Pickled.integer(470_000) + Pickled.text("state_dict")
      + state + [0x75]
    let parts = rows.enumerated().map { ("archive/data/\($0)", Array($1.value.bytes)) }
    return Data(zip(parts: [("archive/data.pkl", [0x80, 2] + whole + Pickled.stop)] + parts))
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
        let offsets = row["data_offsets"] as? [Int]
      else { return nil }
      return Row(type: type, shape: shape, bytes: file[start + offsets[0]..<start + offsets[1]])
    }
  }
}
