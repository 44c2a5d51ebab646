import "./styles/staff.css";
import { DataSetCheck } from "./staff/data-set-check";
import { RunEstimate } from "./staff/run-estimate";
import { TrainingRun } from "./staff/training-run";

customElements.define("data-set-check", DataSetCheck);
customElements.define("run-estimate", RunEstimate);
customElements.define("training-run", TrainingRun);
