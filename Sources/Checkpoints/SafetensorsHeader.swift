/// The table at the start of a safetensors file: eight bytes that give its length, then JSON with each tensor's element
/// type, shape and byte range behind it.
struct SafetensorsHeader {
  /// The tensors in the order of the file.
  let entries: [TensorEntry]
  let metadata: [String: String]

  /// Reads the table and checks all of it, so that every tensor lies inside the file.
  init(_ file: CheckpointFile) throws {
    func damaged(_ reason: String) -> CheckpointError { .damaged(path: file.path, reason: reason) }

    guard file.size >= 8 else { throw damaged("it has only \(file.size) bytes") }
    let length = try file.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= file.size - 8 else {
      throw damaged("it claims a header of \(length) bytes, and \(file.size - 8) follow")
    }
    guard length <= largestJSON else {
      throw damaged("its header of \(length) bytes is longer than any model's")
    }
    let dataStart = 8 + Int(length)
    let table: Table
    do {
      table = try decodeJSON(Table.self, from: file.bytes(8..<dataStart))
    } catch let error as DecodingProblem {
      throw damaged("its header cannot be read: \(error.reason)")
    }

    // The format leaves no holes: each tensor begins where the one before ends, and the last ends with the file.
    var end = 0
    var entries: [TensorEntry] = []
    entries.reserveCapacity(table.rows.count)
    for (name, row) in table.rows.sorted(by: { $0.value.bounds < $1.value.bounds }) {
      if let fault = row.fault(expectedBegin: end, available: file.size - dataStart) {
        throw damaged("the tensor \(name) \(fault)")
      }
      let (begin, stop) = row.bounds
      end = stop
      entries.append(
        TensorEntry(
          name: name, shape: row.shape, elementName: row.type, range: (dataStart + begin)..<(dataStart + stop)
        ))
    }
    guard dataStart + end == file.size else {
      throw damaged("\(file.size - dataStart - end) bytes follow the last tensor")
    }
    self.entries = entries
    metadata = table.metadata
  }
}

/// The JSON of the header.
private struct Table: Decodable {
  var rows: [String: Row] = [:]
  var metadata: [String: String] = [:]

  struct Row: Decodable {
    let type: String
    let shape: [Int]
    let offsets: [Int]

    private enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    /// Begin and end behind the header; a row without two offsets is refused for that.
    var bounds: (Int, Int) { offsets.count == 2 ? (offsets[0], offsets[1]) : (0, 0) }

    /// What contradicts itself in this row, if its tensor should begin where the one before it ends and so many bytes
    /// are available.
    func fault(expectedBegin: Int, available: Int) -> String? {
      let (begin, stop) = bounds
      guard offsets.count == 2, begin <= stop else { return "has the offsets \(offsets)" }
      guard begin == expectedBegin else {
        return "begins at \(begin), and the one before it ends at \(expectedBegin)"
      }
      guard let bits = elementBits[type] else { return "has the unknown type \(type)" }
      guard let byteCount = byteCountOf(shape, bits: bits) else { return "has the impossible shape \(shape)" }
      guard byteCount == stop - begin else {
        return
          "of the shape \(shape) in \(type) takes \(byteCount) bytes, and its offsets span \(stop - begin)"
      }
      guard stop <= available else {
        return "ends at byte \(stop) behind the header, and only \(available) are there"
      }
      return nil
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: Name.self)
    for name in table.allKeys {
      if name.stringValue == "__metadata__" {
        // Notes of other programs: nothing depends on them.
        metadata = (try? table.decode([String: String].self, forKey: name)) ?? [:]
      } else {
        rows[name.stringValue] = try table.decode(Row.self, forKey: name)
      }
    }
  }
}
