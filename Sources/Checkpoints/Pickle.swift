/// A pickle, decoded without Python: this builds dictionaries, lists, tuples, sets, numbers, texts and tensors, and
/// nothing else. Nothing is imported or called, and every name that is not in `Globals` is refused.
///
/// The instructions are those of Python's `pickletools`, protocols 2 to 5, of which torch.save writes the second.
struct Pickle {
  let root: PickleValue
  let objects: [PickleObject]

  /// - Parameter name: what `bytes` are called in messages.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    var machine = PickleMachine(bytes)
    do {
      root = try machine.run()
      objects = machine.objects
    } catch let fault as PickleFault {
      switch fault {
      case .damaged(let reason):
        throw CheckpointError.damaged(
          path: path, reason: "its pickle \(reason) at byte \(machine.reader.position)")
      case .forbidden(let name): throw CheckpointError.forbiddenGlobal(path: path, name: name)
      case .unsupported(let reason): throw CheckpointError.unsupportedPickle(path: path, reason: reason)
      }
    }
  }

  /// A model of two thousand tensors takes half a megabyte.
  static let largestSize = 1 << 26

  subscript(_ value: PickleValue) -> PickleObject? {
    if case .object(let index) = value { objects[index] } else { nil }
  }
}

/// Why a pickle is not read to its end.
enum PickleFault: Error {
  case damaged(String)
  case forbidden(String)
  case unsupported(String)
}

/// The bytes of a pickle, read from the first to the last.
struct PickleReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw PickleFault.damaged("ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= bytes.count - position else { throw PickleFault.damaged("ends too early") }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func integer(_ length: Int) throws -> Int {
    let value = try take(length).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int(exactly: value) else { throw PickleFault.damaged("holds an absurd length") }
    return value
  }

  mutating func text(_ length: Int) throws -> String {
    String(decoding: try take(length), as: UTF8.self)
  }

  /// The text up to the end of the line.
  mutating func line() throws -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else {
      throw PickleFault.damaged("ends inside a name")
    }
    defer { position = end + 1 }
    return try text(end - position)
  }

  /// A number in two's complement. Those of more than eight bytes are no sizes; they are stored as bytes.
  mutating func long(_ length: Int) throws -> PickleValue {
    let digits = try take(length)
    guard length <= 8 else { return .bytes }
    let sign: Int = (digits.last ?? 0) >= 0x80 ? -1 : 0
    return .integer(digits.reversed().reduce(sign) { $0 << 8 | Int($1) })
  }

  /// The only number with its highest byte in front.
  mutating func float() throws -> Double {
    Double(bitPattern: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
