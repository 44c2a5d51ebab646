import "./styles/main.css";
import { JobView } from "./job-view";
import { PhotoDrop } from "./photo-drop";
import { PhotoList } from "./photo-list";
import { PhotoStage } from "./photo-stage";

customElements.define("photo-list", PhotoList);
customElements.define("photo-drop", PhotoDrop);
customElements.define("photo-stage", PhotoStage);
customElements.define("job-view", JobView);
