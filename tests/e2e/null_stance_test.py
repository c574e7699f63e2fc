"""Where cells do nothing, every twin's latent outcome is that of rehabilitation, bit for bit, and adverse events remain."""
import unittest

import h5py
import numpy as np

from program import ProgramTest

SCORES = '["gmfm66", "gmfm88", "standing", "walking", "adl", "fine_motor", "sociability", "adaptability", "expressive_language", "sleep"]'


class NullStance(ProgramTest):
    def test_every_increment_is_zero(self):
        for parameters in ("fixed", "uncertain"):
            with self.subTest(parameters=parameters):
                study = self.study(evidence='["null"]', save="true", size=5_000, parameters=parameters, endpoints=SCORES)
                result = self.run_study(study, f"{parameters}.h5")
                with h5py.File(result) as file:
                    self.assert_no_effect(file)
                    self.assert_harm(file)

    def assert_no_effect(self, file):
        rows = file["cohort/patients/outcomes"]
        strategy = rows["strategy"][:]
        order = np.lexsort((rows["visit_months"][:], rows["patient"][:], rows["replicate"][:]))
        latent = [name for name in rows if name.endswith("_latent")]
        self.assertEqual(len(latent), 10)
        names = set(strategy.tolist())
        self.assertEqual(len(names), 4)
        for column in latent:
            values = rows[column][:][order]
            twins = [values[strategy[order] == name].view(np.uint64) for name in names]
            self.assertGreater(len(twins[0]), 5_000)
            for other in twins[1:]:
                np.testing.assert_array_equal(twins[0], other)
        increments = file["cohort/increments"]
        for column in ("mean", "mcse", "sd", "sum", "sum_of_squares"):
            self.assertTrue(np.all(increments[column][:] == 0.0), column)

    def assert_harm(self, file):
        harm = file["cohort/harm"]
        overall = harm["stratification"][:] == b""
        share = dict(zip(harm["strategy"][:][overall].tolist(), harm["any_share"][:][overall].tolist()))
        self.assertEqual(share.pop(b"rehabilitation"), 0.0)
        self.assertEqual(len(share), 3)
        for name, value in share.items():
            self.assertGreater(value, 0.02, name)


if __name__ == "__main__":
    unittest.main()
