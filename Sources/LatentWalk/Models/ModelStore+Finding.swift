import Checkpoints
import Files
import Foundation
import StableDiffusion

/// From names and paths to contents, and back.
extension ModelStore {
  /// A model by its path, its name, or 8 to 64 digits of its SHA-256 where nothing has such a name. Models that were
  /// never hashed are read for that.
  /// - Throws: `RenderError` if there is none, `CheckpointError` if it cannot be read.
  public func folder(_ name: String) throws -> ModelFolder {
    do {
      return try library.folder(name)
    } catch let error as RenderError {
      guard case .noSuchModel = error, 8...64 ~= name.count, name.allSatisfy({ $0.isASCII && $0.isHexDigit }),
        let model = try first(
          of: digests.knownPaths(with: name) + everywhere(),
          where: { ExpectedContents.sha256(prefix: name).fits($0.sha256, model: $0.folder.path) })
      else { throw error }
      return model.folder
    }
  }

  /// By what a recipe names a model: the SHA-256 of a single file, or of what `sha256sum` prints for a folder's files.
  public func sha256(of folder: ModelFolder) throws -> FileDigest {
    try ModelIdentity(folder, digests).sha256
  }

  /// The files of the model that a reference names, by its name or, if it has moved, by its contents.
  func files(of reference: Recipe.ModelReference) throws -> ModelFiles {
    let identity = try identity(of: reference)
    var versions = identity.versions
    func path(_ field: String, _ file: Recipe.FileReference, as role: AddedFile = .plain) throws -> String {
      let path = try self.path(of: file, as: role, field: "model.\(field)")
      versions.merge(try ContentIdentity(added: path, as: role, digests).versions) { $1 }
      return path
    }
    return ModelFiles(
      reference: reference, folder: identity.folder,
      loraPaths: try reference.loras.map { try path("loras", $0.file) },
      textualInversionPaths: try reference.textualInversions.map { try path("textualInversions", $0.file) },
      vaePath: try reference.vae.map { try path("vae", $0, as: .vae) },
      tinyVAEPath: try reference.tinyVAE.map { try path("tinyVAE", $0, as: .tinyVAE) }, versions: versions)
  }

  /// The reference of a model that is given by path or name, with its adapters and autoencoders.
  func reference(for draft: RecipeDraft) throws -> (reference: Recipe.ModelReference, folder: ModelFolder) {
    let identity = try identity(for: draft.model)
    remember(identity.folder.path, of: identity.sha256)
    var reference = Recipe.ModelReference(
      name: ModelLibrary.name(of: identity.folder.path), sha256: identity.sha256,
      companions: identity.companions)
    reference.loras = try draft.loras.map {
      Recipe.LoRAReference(file: try self.reference(to: $0.file), weight: $0.weight)
    }
    reference.textualInversions = try draft.textualInversions.map {
      Recipe.TextualInversionReference(file: try self.reference(to: $0.file), token: $0.token)
    }
    reference.vae = try draft.vae.map { try self.reference(to: $0, as: .vae) }
    reference.tinyVAE = try draft.tinyVAE.map { try self.reference(to: $0, as: .tinyVAE) }
    reference.packing = draft.packing
    return (reference, identity.folder)
  }

  /// The reference to a file, or to a folder of files, that is given by its path.
  /// - Throws: if the file is not there, is no plain file, or is not the one that is expected.
  func reference(to request: FileRequest, as role: AddedFile = .plain) throws -> Recipe.FileReference {
    let isThere = FileManager.default.fileExists(atPath: request.path)
    let path =
      request.expected.flatMap(knownPath) ?? (isThere ? nil : try? library.path(request.path)) ?? request.path
    let sha256 = try ContentIdentity(added: path, as: role, digests).sha256
    guard request.expected?.fits(sha256, file: path) ?? true else {
      throw ModelStoreError.otherContents(field: "file", path: path, found: sha256.short)
    }
    return Recipe.FileReference(path: path, sha256: sha256)
  }

  /// Where the file of a reference lies: at its path, under its name in the current folder, wherever its contents
  /// were last seen, or under any name in one of the library's folders.
  func path(of file: Recipe.FileReference, as role: AddedFile = .plain, field: String) throws -> String {
    let here = (file.path as NSString).lastPathComponent
    var found: FileDigest?
    for path in [file.path, here] + digests.knownPaths(with: file.sha256.hexadecimal) {
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let sha256 = try ContentIdentity(added: path, as: role, digests).sha256
      if sha256 == file.sha256 { return path }
      found = found ?? sha256
    }
    let ending = (here as NSString).pathExtension
    let placed = library.contents().first {
      ($0 as NSString).pathExtension == ending
        && (try? ContentIdentity(added: $0, as: role, digests).sha256) == file.sha256
    }
    if let placed { return placed }
    if let found { throw ModelStoreError.otherContents(field: field, path: file.path, found: found.short) }
    throw ModelStoreError.missing(field: field, path: file.path, sha256: file.sha256.short)
  }

  /// A file whose contents were seen before, if its SHA-256 is expected.
  private func knownPath(_ expected: ExpectedContents) -> String? {
    guard case .sha256(let prefix) = expected, !prefix.isEmpty else { return nil }
    return digests.knownPaths(with: prefix).first
  }

  private func identity(of reference: Recipe.ModelReference) throws -> ModelIdentity {
    let known = knownPaths(of: reference.sha256)
    return try identity(named: reference.name, expecting: reference.sha256.short, known: known) { identity in
      identity.sha256 == reference.sha256 && identity.companions == reference.companions
    }
  }

  private func identity(for request: FileRequest) throws -> ModelIdentity {
    guard let expected = request.expected else { return try ModelIdentity(folder(request.path), digests) }
    let (description, known) =
      if case .sha256(let prefix) = expected { (prefix, digests.knownPaths(with: prefix)) } else {
        ("of schema 1", [])
      }
    return try identity(named: request.path, expecting: description, known: known) { identity in
      expected.fits(identity.sha256, model: identity.folder.path)
    }
  }

  /// The first matching model: of those at the known paths, the one of the name, and all others that are found. A
  /// model that has moved is found by its contents.
  private func identity(
    named name: String, expecting description: String, known paths: [String],
    where isMatch: (ModelIdentity) throws -> Bool
  ) throws -> ModelIdentity {
    if let identity = try first(of: paths, where: isMatch) { return identity }
    let named = Result { try ModelIdentity(library.folder(name), digests) }
    if case .success(let identity) = named, try isMatch(identity) { return identity }
    if let identity = try first(of: everywhere(), where: isMatch) { return identity }
    switch named {
    case .success(let identity):
      throw ModelStoreError.otherModel(
        name: name, path: identity.folder.path, found: identity.sha256.short, expected: description)
    case .failure(let error):
      throw ModelStoreError.noModel(name: name, sha256: description, reason: "\(error)")
    }
  }

  private func first(
    of paths: [String], where isMatch: (ModelIdentity) throws -> Bool
  ) throws -> ModelIdentity? {
    for path in paths {
      if let identity = try? ModelIdentity(library.folder(path), digests), try isMatch(identity) {
        return identity
      }
    }
    return nil
  }

  /// The models of the library, and folders of models that were hashed before, wherever they lie.
  private func everywhere() -> [String] {
    let folders = digests.knownPaths(named: "model_index.json").map {
      String($0.dropLast("/model_index.json".count))
    }
    return library.models().map(\.path) + folders
  }
}

/// A model's contents: where it lies and what its files hold.
private struct ModelIdentity {
  let folder: ModelFolder
  let sha256: FileDigest
  let companions: FileDigest?
  let versions: [String: FileVersion]

  init(_ folder: ModelFolder, _ digests: FileDigests) throws {
    self.folder = folder
    let files = try folder.files()
    let whole = try ContentIdentity(files, digests)
    versions = whole.versions
    guard folder.singleFile != nil else {
      (sha256, companions) = (whole.sha256, nil)
      return
    }
    sha256 = try digests.digest(of: folder.path)
    companions = try ContentIdentity(files.filter { $0.path != folder.path }, digests).sha256
  }
}

/// What some files hold, as one digest: of a single file its SHA-256, of several that of the list that `sha256sum`
/// prints.
struct ContentIdentity {
  let sha256: FileDigest
  /// Each file as it was when it was hashed.
  let versions: [String: FileVersion]

  init(_ files: [ModelFile], _ digests: FileDigests) throws {
    var (list, versions) = ([String](), [String: FileVersion]())
    for file in files {
      versions[file.path] = try digests.version(of: file.path)
      list.append("\(try digests.digest(of: file.path).hexadecimal)  \(file.name)\n")
    }
    self.versions = versions
    sha256 = files.count == 1 ? try digests.digest(of: files[0].path) : FileDigest(of: list.joined().utf8)
  }

  /// The contents behind a path that is added to a model.
  init(added path: String, as role: AddedFile, _ digests: FileDigests) throws {
    let files =
      switch role {
      case .plain: [ModelFile(name: "", path: path)]
      case .vae: try AutoencoderFiles(replacement: path).replacementFiles()
      case .tinyVAE: AutoencoderFiles(tiny: path).tinyFiles()
      }
    try self.init(files.isEmpty ? [ModelFile(name: "", path: path)] : files, digests)
  }
}

/// What a file is to a recipe: autoencoders may be folders of files.
enum AddedFile {
  case plain, vae, tinyVAE
}
