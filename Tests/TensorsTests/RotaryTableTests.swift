import Tensors
import Testing

@Suite struct RotaryTableTests {
  @Test(arguments: [RotaryTable.Pairing.halves, .neighbours])
  func theInverseTurnsBack(_ pairing: RotaryTable.Pairing) {
    let table = RotaryTable(positions: 20, width: 8, base: 100, pairing: pairing)
    var random = RandomSource(seed: 2)
    let heads = Tensor.normal([1, 5, 2, 8], deviation: 1, using: &random)
    let positions = Tensor(indices: [3, 0, 19, 7, 7])
    let turned = heads.rotated(by: table, positions: positions)
    #expect(turned.values != heads.values)
    let back = turned.rotated(by: table.inverse, positions: positions).values
    for (one, other) in zip(heads.values, back) { #expect(abs(one - other) < 1e-5) }
  }
}
