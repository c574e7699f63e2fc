"""Memory does not grow with the number of patients, nor with the text of a table."""
import random
import unittest

from program import ProgramTest, peak_memory


class Memory(ProgramTest):
    def peak(self, size, **options):
        study = self.study(f"{size}.toml", size=size, evidence='["sceptical"]', **options)
        return peak_memory(["run", study, "-o", f"{size}.h5", "--quiet", "--progress", "none", "--threads", 2, "--overwrite"], self.folder)

    def test_a_million_patients_need_no_more_than_a_hundred_thousand(self):
        # Four strategies, five visits, three endpoints.
        options = {"endpoints": '["gmfm66", "gmfm88", "adl"]'}
        small, large = self.peak(100_000, **options), self.peak(1_000_000, **options)
        self.assertLess(large, 1.1 * small, f"{small / 2**20:.1f} MiB against {large / 2**20:.1f} MiB")

    def test_saved_patients_are_streamed(self):
        # Few rows of each patient, so that many blocks pass quickly: once the blocks in flight are full, nothing grows any more.
        options = {"save": "true", "endpoints": '["gmfm66"]', "visits": "[12]"}
        # How many blocks wait for their turn depends on the scheduler, by some tens of MiB; four times the rows would be far more.
        small, large = self.peak(200_000, **options), self.peak(800_000, **options)
        self.assertLess(large, 1.6 * small, f"{small / 2**20:.1f} MiB against {large / 2**20:.1f} MiB")

    def test_decide_holds_the_numbers_of_its_table_only(self):
        """200,000 draws of three strategies with two parameters: 44 MB of text, and some 70 bytes a row in memory."""
        chance = random.Random(3)
        with open(self.folder / "large.csv", "w", encoding="ascii") as file:
            file.write("draw,strategy,cost,effect,p,q\n")
            for draw in range(200_000):
                p, q = chance.random(), chance.random()
                for strategy in "xyz":
                    file.write(f"{draw},{strategy},{chance.random() * 1000:.10f},{chance.random():.12f},{p:.12f},{q:.12f}\n")
        mebibyte = 2**20
        self.assertLess(peak_memory(["decide", self.folder / "large.csv", "--evppi", "p,q"], self.folder), 160 * mebibyte)


if __name__ == "__main__":
    unittest.main()
