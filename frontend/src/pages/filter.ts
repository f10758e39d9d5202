/** Pages with the filter builder. */
import "../elements/pick";
