package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WarpTest {
  @Test
  void everyWarpRisesAndItsInverseAndSlopeAreItsOwn() {
    for (Warp warp : Warp.candidates(-2, 7)) {
      double before = Double.NEGATIVE_INFINITY;
      for (double loss = -1.9; loss < 6.9; loss += 0.1) {
        double warped = warp.of(loss);
        assertThat(warped).isGreaterThan(before);
        assertThat(warp.inverse(warped)).isCloseTo(loss, within(1e-9));
        double slope = (warp.of(loss + 1e-6) - warp.of(loss - 1e-6)) / 2e-6;
        assertThat(warp.logSlope(loss)).isCloseTo(Math.log(slope), within(1e-4));
        before = warped;
      }
    }
  }

  @Test
  void aNewBestBelowTheFloorIsNoOutlier() {
    Warp warp = new Warp.AboveFloor(0, 0.1);
    assertThat(warp.of(-0.2) - warp.of(0.1)).isCloseTo(-3, within(1e-9));
    assertThat(warp.inverse(warp.of(-0.2))).isCloseTo(-0.2, within(1e-9));
  }
}
