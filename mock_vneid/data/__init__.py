"""Facts the sandbox rests on: province codes and names of people. No logic lives here."""
