import Foundation

/// Writes llama2.c files of the versions after 0, number by number in the order of that project's `export.py`.
public struct Llama2CWriter {
  /// dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, max_seq_len.
  public var numbers: [Int32]
  public var isClassifierTied: Bool
  /// The weights of a name, of which there are so many.
  public var values: (String, Int) throws -> [Float]

  public init(
    numbers: [Int32], isClassifierTied: Bool, values: @escaping (String, Int) throws -> [Float]
  ) {
    self.numbers = numbers
    self.isClassifierTied = isClassifierTied
    self.values = values
  }

  /// Names and sizes in the order of the file.
  public var weights: [(name: String, count: Int)] {
    let sizes = numbers.map(Int.init)
    let (width, hidden, layers) = (sizes[0], sizes[1], sizes[2])
    let keyWidth = width / sizes[3] * sizes[4]
    func ofLayers(_ name: String, _ count: Int) -> [(name: String, count: Int)] {
      (0..<layers).map { ("layers.\($0).\(name)", count) }
    }
    var all = ofLayers("attention_norm", width) + ofLayers("feed_forward_norm", width)
    all += [("norm", width), ("token_embedding", sizes[5] * width)]
    all += ofLayers("attention.wq", width * width) + ofLayers("attention.wk", keyWidth * width)
    all += ofLayers("attention.wv", keyWidth * width) + ofLayers("attention.wo", width * width)
    all += ofLayers("feed_forward.w1", hidden * width)
    all += ofLayers("feed_forward.w2", width * hidden)
    all += ofLayers("feed_forward.w3", hidden * width)
    return isClassifierTied ? all : all + [("output", sizes[5] * width)]
  }

  /// Version 1.
  public func floats() throws -> Data {
    var data = header(version: 1)
    for (name, count) in weights { append(try values(name, count), to: &data) }
    return data
  }

  /// Version 2, and a file of version 1 with the weights that it stands for.
  public func integers(groupLength: Int) throws -> (file: Data, widened: Data) {
    var file = header(version: 2, groupLength: groupLength)
    var widened = header(version: 1)
    for (name, count) in weights {
      let values = try values(name, count)
      if name.hasSuffix("norm") {
        append(values, to: &file)
        append(values, to: &widened)
        continue
      }
      var scales: [Float] = []
      for start in stride(from: 0, to: count, by: groupLength) {
        let group = values[start..<start + groupLength]
        let scale = group.map(abs).max()! / 127
        scales.append(scale)
        let integers = group.map { scale == 0 ? 0 : Int8(($0 / scale).rounded(.toNearestOrEven)) }
        file.append(contentsOf: integers.map(UInt8.init(bitPattern:)))
        // A double holds the product as it is.
        append(integers.map { Float(Double(scale) * Double($0)) }, to: &widened)
      }
      append(scales, to: &file)
    }
    return (file, widened)
  }

  private func header(version: Int32, groupLength: Int? = nil) -> Data {
    var data = Data("24ka".utf8)
    for number in [version] + numbers { append(number, to: &data) }
    data.append(isClassifierTied ? 1 : 0)
    if let groupLength { append(Int32(groupLength), to: &data) }
    return data + Data(count: 256 - data.count)
  }

  private func append(_ number: Int32, to data: inout Data) {
    withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
  }

  private func append(_ floats: [Float], to data: inout Data) {
    for float in floats { append(Int32(bitPattern: float.bitPattern), to: &data) }
  }
}
